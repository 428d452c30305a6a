//! Makes the syntax tree of a file item by item: plain structs and enums, which is what most of an entity's file is, token
//! by token in a fraction of the time of the parser, which looks for everything else there can be. The parser gets the rest,
//! and the whole file when anything is not as it should be. The tree and its places are always those of the parser.

use std::iter::Peekable;

use proc_macro2::{Delimiter, Group, Ident, Punct, Spacing, TokenStream, TokenTree, token_stream};
use syn::parse::{ParseStream, Parser};
use syn::punctuated::Punctuated;
use syn::token::{Brace, Bracket, Paren};
use syn::{
    AngleBracketedGenericArguments, AttrStyle, Attribute, Expr, ExprLit, Field, FieldModifiers, Fields, FieldsNamed,
    File, GenericArgument, Generics, Item, ItemEnum, ItemStruct, Lit, MacroDelimiter, Meta, MetaList, MetaNameValue,
    Path, PathArguments, PathSegment, Token, Type, TypePath, Variant, Visibility,
};

/// The syntax tree of a file.
///
/// # Errors
/// Those of [`syn::parse_file`].
pub(super) fn parse(text: &str) -> syn::Result<File> {
    plain(text).map_or_else(|| syn::parse_file(text), Ok)
}

/// The same of a file that the parser need not see as a whole.
fn plain(text: &str) -> Option<File> {
    let has_shebang = text.starts_with("#!") && !text.starts_with("#![");
    if has_shebang || text.starts_with('\u{feff}') {
        return None;
    }
    let mut items = Vec::new();
    // What comes next is at the end.
    let mut rest: Vec<TokenTree> = text.parse::<TokenStream>().ok()?.into_iter().collect();
    rest.reverse();
    let attrs = inner_attributes(&mut rest)?;
    let mut others = Vec::new();
    while let Some(token) = rest.pop() {
        match plain_item(&token, &mut rest, &mut others)? {
            Some((before, item)) => {
                items.extend(parsed(before)?);
                items.push(item);
            }
            None => others.push(token),
        }
    }
    items.extend(parsed(others)?);
    Some(File { shebang: None, frontmatter: None, attrs, items })
}

/// Takes the `#![...]` and `//!` that come next.
fn inner_attributes(rest: &mut Vec<TokenTree>) -> Option<Vec<Attribute>> {
    let mut attrs = Vec::new();
    while let [.., TokenTree::Group(_), TokenTree::Punct(not), TokenTree::Punct(pound)] = rest.as_slice() {
        let (is_inner, style) =
            (pound.as_char() == '#' && not.as_char() == '!', AttrStyle::Inner(Token![!](not.span())));
        let pound = pound.clone();
        let group = rest.len().checked_sub(3).filter(|_| is_inner).map(|place| rest.drain(place..).next());
        match group {
            Some(Some(TokenTree::Group(group))) => attrs.push(attribute(&pound, style, group)?),
            Some(_) => return None,
            None => break,
        }
    }
    Some(attrs)
}

/// What the parser makes of some items.
fn parsed(tokens: Vec<TokenTree>) -> Option<Vec<Item>> {
    let all = |input: ParseStream| {
        let mut items = Vec::new();
        while !input.is_empty() {
            items.push(input.parse()?);
        }
        Ok(items)
    };
    if tokens.is_empty() { Some(Vec::new()) } else { all.parse2(tokens.into_iter().collect()).ok() }
}

/// The struct or enum that begins with the keyword, with what stands before its attributes. These words begin nothing else.
#[expect(clippy::option_option, reason = "no such item, and nothing that can be gone on with")]
fn plain_item(
    keyword: &TokenTree,
    rest: &mut Vec<TokenTree>,
    before: &mut Vec<TokenTree>,
) -> Option<Option<(Vec<TokenTree>, Item)>> {
    let TokenTree::Ident(keyword) = keyword else { return Some(None) };
    let (is_struct, is_enum) = (keyword == "struct", keyword == "enum");
    let [.., TokenTree::Group(body), TokenTree::Ident(ident)] = rest.as_slice() else { return Some(None) };
    if !(is_struct || is_enum) || body.delimiter() != Delimiter::Brace || is_keyword(ident) {
        return Some(None);
    }
    let brace_token = Brace { span: body.delim_span() };
    // Only the variants of an enum may turn out to be another matter.
    let variants = if is_enum { variants(body.stream()) } else { None };
    if is_enum && variants.is_none() {
        return Some(None);
    }
    let (Some(TokenTree::Ident(ident)), Some(TokenTree::Group(body))) = (rest.pop(), rest.pop()) else { return None };
    let (vis, attrs) = (visibility_before(before)?, attributes_before(before)?);
    let span = keyword.span();
    let generics = Generics::default();
    let item = if let Some(variants) = variants {
        Item::Enum(ItemEnum { attrs, vis, enum_token: Token![enum](span), ident, generics, brace_token, variants })
    } else {
        let fields = Fields::Named(FieldsNamed { brace_token, named: fields(into_stream(body))? });
        let struct_token = Token![struct](span);
        Item::Struct(ItemStruct { attrs, vis, struct_token, ident, generics, fields, semi_token: None })
    };
    Some(Some((std::mem::take(before), item)))
}

/// Takes the `pub` at the end.
fn visibility_before(tokens: &mut Vec<TokenTree>) -> Option<Visibility> {
    match tokens.as_slice() {
        [.., TokenTree::Ident(word)] if word == "pub" => {
            let span = word.span();
            tokens.pop();
            Some(Visibility::Public(Token![pub](span)))
        }
        [.., TokenTree::Ident(word), TokenTree::Group(_)] if word == "pub" => {
            syn::parse2(tokens.drain(tokens.len() - 2..).collect()).ok()
        }
        _ => Some(Visibility::Inherited),
    }
}

/// Takes the attributes at the end.
fn attributes_before(tokens: &mut Vec<TokenTree>) -> Option<Vec<Attribute>> {
    let mut attrs = Vec::new();
    while let [.., TokenTree::Punct(pound), TokenTree::Group(group)] = tokens.as_slice() {
        if pound.as_char() != '#' || group.delimiter() != Delimiter::Bracket {
            break;
        }
        let (Some(TokenTree::Group(group)), Some(TokenTree::Punct(pound))) = (tokens.pop(), tokens.pop()) else {
            return None;
        };
        attrs.push(attribute(&pound, AttrStyle::Outer, group)?);
    }
    attrs.reverse();
    Some(attrs)
}

fn attribute(pound: &Punct, style: AttrStyle, group: Group) -> Option<Attribute> {
    if group.delimiter() != Delimiter::Bracket {
        return None;
    }
    let bracket_token = Bracket { span: group.delim_span() };
    let mut tokens = Tokens::of(into_stream(group));
    let mut path = Path::from(tokens.name()?);
    while let Some(colons) = tokens.colons() {
        path.segments.push_punct(colons);
        path.segments.push_value(tokens.name()?.into());
    }
    let meta = match tokens.0.next() {
        None => Meta::Path(path),
        Some(TokenTree::Group(group)) => {
            let span = group.delim_span();
            let delimiter = match group.delimiter() {
                Delimiter::Parenthesis => MacroDelimiter::Paren(Paren { span }),
                Delimiter::Bracket => MacroDelimiter::Bracket(Bracket { span }),
                Delimiter::Brace => MacroDelimiter::Brace(Brace { span }),
                Delimiter::None => return None,
            };
            Meta::List(MetaList { path, delimiter, tokens: into_stream(group) })
        }
        Some(TokenTree::Punct(sign)) if sign.as_char() == '=' && sign.spacing() == Spacing::Alone => {
            let value = tokens.literal()?;
            Meta::NameValue(MetaNameValue { path, eq_token: Token![=](sign.span()), value })
        }
        Some(_) => return None,
    };
    let is_over = tokens.0.next().is_none();
    is_over.then(|| Attribute { pound_token: Token![#](pound.span()), style, bracket_token, meta })
}

fn fields(stream: TokenStream) -> Option<Punctuated<Field, Token![,]>> {
    let mut tokens = Tokens::of(stream);
    let mut fields = Punctuated::new();
    while tokens.0.peek().is_some() {
        fields.push_value(Field {
            attrs: tokens.attributes()?,
            vis: tokens.visibility()?,
            modifiers: FieldModifiers::default(),
            ident: Some(tokens.name()?),
            colon_token: Some(Token![:](tokens.sign(':')?.span())),
            ty: tokens.field_type()?,
            default: None,
        });
        tokens.comma(&mut fields)?;
    }
    Some(fields)
}

/// The variants of an enum that have no fields.
fn variants(stream: TokenStream) -> Option<Punctuated<Variant, Token![,]>> {
    let mut tokens = Tokens::of(stream);
    let mut variants = Punctuated::new();
    while tokens.0.peek().is_some() {
        let (attrs, ident) = (tokens.attributes()?, tokens.name()?);
        let equals = tokens.sign('=');
        let discriminant = match equals {
            Some(equals) => Some((Token![=](equals.span()), tokens.literal()?)),
            None => None,
        };
        variants.push_value(Variant { attrs, ident, fields: Fields::Unit, discriminant });
        tokens.comma(&mut variants)?;
    }
    Some(variants)
}

/// Tokens that are read one by one.
struct Tokens(Peekable<token_stream::IntoIter>);

impl Tokens {
    fn of(stream: TokenStream) -> Self {
        Self(stream.into_iter().peekable())
    }

    /// An identifier that is no keyword.
    fn name(&mut self) -> Option<Ident> {
        match self.0.next()? {
            TokenTree::Ident(ident) if !is_keyword(&ident) => Some(ident),
            _ => None,
        }
    }

    /// The sign, if it comes next and stands alone.
    fn sign(&mut self, sign: char) -> Option<Punct> {
        let is_it = |punct: &Punct| punct.as_char() == sign && punct.spacing() == Spacing::Alone;
        match self.0.next_if(|token| matches!(token, TokenTree::Punct(punct) if is_it(punct)))? {
            TokenTree::Punct(punct) => Some(punct),
            _ => None,
        }
    }

    /// `::`, if it comes next.
    fn colons(&mut self) -> Option<Token![::]> {
        let is_first = |punct: &Punct| punct.as_char() == ':' && punct.spacing() == Spacing::Joint;
        let first = self.0.next_if(|token| matches!(token, TokenTree::Punct(punct) if is_first(punct)))?;
        let second = self.0.next_if(|token| matches!(token, TokenTree::Punct(punct) if punct.as_char() == ':'))?;
        Some(Token![::]([first.span(), second.span()]))
    }

    /// A literal that is a whole expression: nothing but the end or a comma is behind it.
    fn literal(&mut self) -> Option<Expr> {
        let TokenTree::Literal(literal) = self.0.next()? else { return None };
        let is_whole = self.0.peek().is_none_or(|next| matches!(next, TokenTree::Punct(sign) if sign.as_char() == ','));
        is_whole.then(|| Expr::Lit(ExprLit { attrs: Vec::new(), lit: Lit::new(literal) }))
    }

    fn attributes(&mut self) -> Option<Vec<Attribute>> {
        let mut attrs = Vec::new();
        while let Some(TokenTree::Punct(pound)) =
            self.0.next_if(|token| matches!(token, TokenTree::Punct(punct) if punct.as_char() == '#'))
        {
            match self.0.next()? {
                TokenTree::Group(group) => attrs.push(attribute(&pound, AttrStyle::Outer, group)?),
                _ => return None,
            }
        }
        Some(attrs)
    }

    fn visibility(&mut self) -> Option<Visibility> {
        let Some(word) = self.0.next_if(|token| matches!(token, TokenTree::Ident(word) if word == "pub")) else {
            return Some(Visibility::Inherited);
        };
        match self.0.next_if(|token| matches!(token, TokenTree::Group(_))) {
            Some(group) => syn::parse2([word, group].into_iter().collect()).ok(),
            None => Some(Visibility::Public(Token![pub](word.span()))),
        }
    }

    /// The comma behind one of a list; `None` when something else is there.
    fn comma<T>(&mut self, list: &mut Punctuated<T, Token![,]>) -> Option<()> {
        match self.0.next() {
            Some(TokenTree::Punct(comma)) if comma.as_char() == ',' => list.push_punct(Token![,](comma.span())),
            Some(_) => return None,
            None => {}
        }
        Some(())
    }

    /// The type of a field, which goes on to the end or to a comma that no angle brackets are around.
    fn field_type(&mut self) -> Option<Type> {
        let mut depth = 0_usize;
        let mut is_path = true;
        let mut is_arrow = false;
        let mut tokens = Vec::new();
        while let Some(token) =
            self.0.next_if(|token| depth > 0 || !matches!(token, TokenTree::Punct(punct) if punct.as_char() == ','))
        {
            let sign = if let TokenTree::Punct(punct) = &token { Some(punct.as_char()) } else { None };
            match sign {
                Some('<') => depth += 1,
                Some('>') if !is_arrow => depth = depth.checked_sub(1)?,
                Some(':' | ',') => {}
                Some(_) => is_path = false,
                None => is_path &= matches!(token, TokenTree::Ident(_)),
            }
            is_arrow = sign == Some('-');
            tokens.push(token);
        }
        let stream: TokenStream = tokens.into_iter().collect();
        if !is_path {
            return syn::parse2(stream).ok();
        }
        let mut tokens = Self::of(stream);
        let path = tokens.type_path()?;
        tokens.0.next().is_none().then_some(path)
    }

    /// A type that is a path of names, perhaps with types in angle brackets.
    fn type_path(&mut self) -> Option<Type> {
        let mut path = Path { leading_colon: None, segments: Punctuated::new() };
        loop {
            let ident = match self.0.next()? {
                TokenTree::Ident(ident) if !is_keyword(&ident) || is_path_keyword(&ident) => ident,
                _ => return None,
            };
            path.segments.push_value(PathSegment { ident, arguments: self.arguments()? });
            let Some(colons) = self.colons() else { break };
            path.segments.push_punct(colons);
        }
        Some(Type::Path(TypePath { attrs: Vec::new(), qself: None, path }))
    }

    fn arguments(&mut self) -> Option<PathArguments> {
        let is =
            |sign: char| move |token: &TokenTree| matches!(token, TokenTree::Punct(found) if found.as_char() == sign);
        let Some(less) = self.0.next_if(is('<')) else { return Some(PathArguments::None) };
        let mut args = Punctuated::new();
        let greater = loop {
            if let Some(greater) = self.0.next_if(is('>')) {
                break greater;
            }
            args.push_value(GenericArgument::Type(self.type_path()?));
            match self.0.next_if(is(',')) {
                Some(comma) => args.push_punct(Token![,](comma.span())),
                None => break self.0.next_if(is('>'))?,
            }
        };
        Some(PathArguments::AngleBracketed(AngleBracketedGenericArguments {
            colon2_token: None,
            lt_token: Token![<](less.span()),
            args,
            gt_token: Token![>](greater.span()),
        }))
    }
}

/// The tokens in a group, with nobody else to share them.
fn into_stream(group: Group) -> TokenStream {
    let stream = group.stream();
    drop(group);
    stream
}

/// Whether the parser takes the word for no identifier.
fn is_keyword(ident: &Ident) -> bool {
    matches!(
        ident.to_string().as_str(),
        "_" | "abstract"
            | "as"
            | "async"
            | "await"
            | "become"
            | "box"
            | "break"
            | "const"
            | "continue"
            | "crate"
            | "do"
            | "dyn"
            | "else"
            | "enum"
            | "extern"
            | "false"
            | "final"
            | "fn"
            | "for"
            | "if"
            | "impl"
            | "in"
            | "let"
            | "loop"
            | "macro"
            | "match"
            | "mod"
            | "move"
            | "mut"
            | "override"
            | "priv"
            | "pub"
            | "ref"
            | "return"
            | "Self"
            | "self"
            | "static"
            | "struct"
            | "super"
            | "trait"
            | "true"
            | "try"
            | "type"
            | "typeof"
            | "unsafe"
            | "unsized"
            | "use"
            | "virtual"
            | "where"
            | "while"
            | "yield"
    )
}

fn is_path_keyword(ident: &Ident) -> bool {
    ["super", "self", "crate", "Self"].iter().any(|word| ident == word)
}

#[cfg(test)]
mod tests {
    use std::path::Path;

    use ignore::WalkBuilder;
    use quote::ToTokens;

    use super::*;

    /// All tokens with their places.
    fn spelled(tokens: TokenStream, out: &mut Vec<String>) {
        let place = |span: proc_macro2::Span| {
            let (start, end) = (span.start(), span.end());
            format!("{}:{}-{}:{}", start.line, start.column, end.line, end.column)
        };
        for token in tokens {
            match token {
                TokenTree::Group(group) => {
                    out.push(format!("{:?} {}", group.delimiter(), place(group.span())));
                    out.push(format!("{} {}", place(group.span_open()), place(group.span_close())));
                    spelled(group.stream(), out);
                }
                TokenTree::Punct(punct) => {
                    out.push(format!("{} {:?} {}", punct.as_char(), punct.spacing(), place(punct.span())));
                }
                token => out.push(format!("{token} {}", place(token.span()))),
            }
        }
    }

    /// Whether the file is read item by item, and then as the parser reads it.
    fn check(text: &str, from: &str) -> bool {
        let Some(own) = plain(text) else { return false };
        let theirs = syn::parse_file(text).unwrap_or_else(|error| panic!("{from} is not Rust: {error}"));
        assert!(own == theirs, "{from} is another tree");
        let spelled = |file: &File| {
            let mut out = Vec::new();
            spelled(file.to_token_stream(), &mut out);
            out
        };
        assert_eq!(spelled(&own), spelled(&theirs), "{from} has other places");
        true
    }

    #[test]
    fn every_source_of_this_project_is_read_as_the_parser_reads_it() {
        let root = Path::new(env!("CARGO_MANIFEST_DIR"));
        let folders = ["src", "tests", "fixtures", "macros", "xtask"].map(|folder| root.join(folder));
        let mut walk = WalkBuilder::new(&folders[0]);
        for folder in &folders[1..] {
            walk.add(folder);
        }
        let (mut plain, mut others) = (0, 0);
        for entry in walk.build() {
            let entry = entry.unwrap();
            if entry.path().extension().is_some_and(|extension| extension == "rs") {
                let text = std::fs::read_to_string(entry.path()).unwrap();
                let is_plain = check(&text, &entry.path().display().to_string());
                *if is_plain { &mut plain } else { &mut others } += 1;
            }
        }
        assert!(plain > 20 * others, "{plain} files are read item by item, {others} are not");
    }

    #[test]
    fn odd_items() {
        for text in [
            "",
            "// nothing but a comment",
            "#![a(b)] //! c\n#![d = \"e\"]\n/*! f */ struct A {}",
            "struct A; struct B(u8); struct C {} struct D<T> { t: T }\nstruct E where u8: Copy { r#type: u8, }",
            "#[a] #[b = 1] #[c(d, e = \"f\")] #[g::h[i]] #[j {k}] pub(in super::a) struct A { #[b]\n/// c\npub(crate) d: e::F, }",
            "struct A { a: Vec<Option<Vec<u8>>>, b: [u8; 2], c: &'static str, d: fn(u8) -> Vec<u8>, e: Box<dyn Fn(A, B) -> C> }",
            "struct A { a: Foo<{ 1 > 2 }, 'static, -1>, b: Foo<A, B,>, c: Foo<>, d: ::std::string::String, e: <A as B>::C }",
            "struct A { a: super::B<crate::C>, b: self::D, c: Self, d: m!(a, b), e: (A, B), f: A + B, g: Iterator<Item = u8> }",
            "enum A { #[a] B, C = 1, D = -1, E = 1 + 1 }\nenum B { A(u8), B { c: u8 } }\npub enum C { A = 2, B }",
            "const A: B = { struct C { d: u8 } C { d: 1 } }; macro_rules! m { () => { struct A {} }; } m! {} m!();",
            "pub union A { a: u8 } union B { b: u16 } struct r#struct { r#enum: r#enum } enum r#enum {}",
            "impl A { fn struct_() {} } mod m { struct A {} } unsafe extern \"C\" { fn f(); } struct Ä { ö: Ü }",
        ] {
            let _ = check(text, text);
        }
        // What is wrong is the parser's to say.
        for text in [
            "struct A {} #![a]",
            "\u{feff}struct A {}",
            "#!/bin/sh\nstruct A {}",
            "struct struct { a: u8 }",
            "struct A { type: u8 }",
            "struct A { a: u8 b: u8 }",
            "struct A { a: Vec<u8 }",
            "struct A { a: Vec<u8>> }",
            "struct A { pub: u8 }",
            "struct A { a:: u8 }",
            "safe struct A {}",
            "#[a struct A {}",
            "#[unsafe(a)] struct A {}",
            "const A: u8 = 1 struct B {}",
        ] {
            assert!(!check(text, text), "{text}");
        }
    }
}
