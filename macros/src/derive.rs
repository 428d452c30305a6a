//! Finds the attributes and fields of a struct, or the variants of an enum, in its tokens, has them checked, and makes errors of the complaints.
//! Understands as much Rust as that takes and no key of the language.

use std::iter::Peekable;
use std::vec::IntoIter;

use proc_macro::{Delimiter, Group, Ident, Literal, Punct, Spacing, Span, TokenStream, TokenTree};

use crate::grammar::{self, Attribute, Complaint, Scope, Token};

/// Nothing, or the errors of all attributes.
pub(crate) fn check(item: TokenStream) -> TokenStream {
    let Some(item) = Tokens::of(item).item() else {
        let message = "`Seachange` can be derived for structs with named fields and for enums only".to_owned();
        let help = "put it on the model of an entity, or on an enum that one holds".to_owned();
        return error(&Complaint { span: Span::call_site(), message, help });
    };
    if item.is_enum {
        let (_, mut complaints) = grammar::check(Scope::Enum, &item.attributes, &[]);
        for variant in &item.fields {
            complaints.extend(grammar::check(Scope::Variant, &variant.attributes, &[]).1);
        }
        return complaints.iter().map(error).collect();
    }
    // `#[sea_orm::model]` copies derives and attributes to a second struct, where all would be said once more. Only there
    // are the fields that are relations.
    if item.name == "ModelEx" {
        let relations = item.fields.iter().filter(|field| field.is_relation);
        let complaints = relations.flat_map(|field| &field.attributes).map(|found| grammar::on_relation(found.span));
        return complaints.map(|complaint| error(&complaint)).collect();
    }
    let names: Vec<String> = item.fields.iter().map(|field| field.name.clone()).collect();
    let (_, mut complaints) = grammar::check(Scope::Struct, &item.attributes, &names);
    for field in &item.fields {
        complaints.extend(grammar::check(Scope::Field, &field.attributes, &names).1);
    }
    complaints.iter().map(error).collect()
}

struct Item {
    attributes: Vec<Attribute<Span>>,
    name: String,
    is_enum: bool,
    /// The variants, when it is an enum.
    fields: Vec<Field>,
}

struct Field {
    attributes: Vec<Attribute<Span>>,
    name: String,
    /// Its type is one of those by which SeaORM knows relations.
    is_relation: bool,
}

/// Tokens of Rust, from left to right.
struct Tokens(Peekable<IntoIter<TokenTree>>);

impl Tokens {
    fn of(stream: TokenStream) -> Self {
        Self(stream.into_iter().collect::<Vec<_>>().into_iter().peekable())
    }

    /// A struct with named fields, or an enum.
    fn item(mut self) -> Option<Item> {
        let attributes = self.attributes();
        let is_enum = loop {
            let token = self.0.next()?;
            if is_word(&token, "struct") || is_word(&token, "enum") {
                break is_word(&token, "enum");
            }
        };
        let name = self.name()?;
        // Generics come before the fields; a `where` may hold groups of its own.
        let body = self.0.find_map(|token| match token {
            TokenTree::Group(group) if group.delimiter() == Delimiter::Brace => Some(group.stream()),
            _ => None,
        });
        let mut tokens = Self::of(body?);
        let mut fields = Vec::new();
        while let Some(field) = if is_enum { tokens.variant() } else { tokens.field() } {
            fields.push(field);
        }
        Some(Item { attributes, name, is_enum, fields })
    }

    fn variant(&mut self) -> Option<Field> {
        let attributes = self.attributes();
        let name = self.name()?;
        // What it holds stands in brackets, and its number before the comma.
        let is_comma = |token: &TokenTree| matches!(token, TokenTree::Punct(punct) if punct.as_char() == ',');
        self.0.by_ref().find(is_comma);
        Some(Field { attributes, name, is_relation: false })
    }

    fn field(&mut self) -> Option<Field> {
        let attributes = self.attributes();
        if self.0.next_if(|token| is_word(token, "pub")).is_some() {
            self.0.next_if(|token| matches!(token, TokenTree::Group(_)));
        }
        let name = self.name()?;
        // The type goes up to the comma that stands outside of all angle brackets.
        let mut depth = 0_usize;
        let mut is_arrow = false;
        let mut is_relation = false;
        for token in self.0.by_ref() {
            let is_one = |token| ["HasOne", "HasMany", "BelongsTo"].iter().any(|name| is_word(token, name));
            is_relation |= depth == 0 && is_one(&token);
            let symbol = if let TokenTree::Punct(punct) = &token { punct.as_char() } else { ' ' };
            match symbol {
                '<' => depth += 1,
                '>' if !is_arrow => depth = depth.saturating_sub(1),
                ',' if depth == 0 => break,
                _ => {}
            }
            is_arrow = symbol == '-';
        }
        Some(Field { attributes, name, is_relation })
    }

    fn name(&mut self) -> Option<String> {
        match self.0.next()? {
            TokenTree::Ident(name) => Some(name.to_string().trim_start_matches("r#").to_owned()),
            TokenTree::Group(_) | TokenTree::Punct(_) | TokenTree::Literal(_) => None,
        }
    }

    /// Goes behind the attributes that come next and keeps those that are ours.
    fn attributes(&mut self) -> Vec<Attribute<Span>> {
        let mut ours = Vec::new();
        while self.0.next_if(|token| matches!(token, TokenTree::Punct(punct) if punct.as_char() == '#')).is_some() {
            let Some(TokenTree::Group(group)) = self.0.next() else { break };
            let mut inside = group.stream().into_iter();
            let Some(first) = inside.next().filter(|token| is_word(token, "seachange")) else { continue };
            let tokens = match inside.next() {
                Some(TokenTree::Group(list)) if list.delimiter() == Delimiter::Parenthesis => {
                    Some(convert(list.stream()))
                }
                _ => None,
            };
            ours.push(Attribute { span: first.span(), tokens });
        }
        ours
    }
}

fn is_word(token: &TokenTree, word: &str) -> bool {
    matches!(token, TokenTree::Ident(name) if name.to_string() == word)
}

/// The tokens as the grammar reads them. Groups without brackets, which macros make, are taken apart.
fn convert(stream: TokenStream) -> Vec<Token<Span>> {
    let mut tokens = Vec::new();
    for token in stream {
        let span = token.span();
        match token {
            TokenTree::Ident(name) => tokens.push(Token::Word(name.to_string(), span)),
            TokenTree::Literal(literal) => tokens.push(Token::Literal(literal.to_string(), span)),
            TokenTree::Punct(punct) => tokens.push(Token::Symbol(punct.as_char(), span)),
            TokenTree::Group(group) => {
                let inside = convert(group.stream());
                match group.delimiter() {
                    Delimiter::Parenthesis => tokens.push(Token::Group('(', inside, span)),
                    Delimiter::Bracket => tokens.push(Token::Group('[', inside, span)),
                    Delimiter::Brace => tokens.push(Token::Group('{', inside, span)),
                    Delimiter::None => tokens.extend(inside),
                }
            }
        }
    }
    tokens
}

/// `::core::compile_error! { "..." }` at the place of the complaint.
fn error(complaint: &Complaint<Span>) -> TokenStream {
    let span = complaint.span;
    let text = Literal::string(&format!("{}\nhint: {}", complaint.message, complaint.help));
    let symbol = |symbol, spacing| TokenTree::Punct(Punct::new(symbol, spacing));
    let tokens = [
        symbol(':', Spacing::Joint),
        symbol(':', Spacing::Alone),
        TokenTree::Ident(Ident::new("core", span)),
        symbol(':', Spacing::Joint),
        symbol(':', Spacing::Alone),
        TokenTree::Ident(Ident::new("compile_error", span)),
        symbol('!', Spacing::Alone),
        TokenTree::Group(Group::new(Delimiter::Brace, TokenTree::Literal(text).into())),
    ];
    let placed = tokens.into_iter().map(|mut token| {
        token.set_span(span);
        token
    });
    placed.collect()
}
