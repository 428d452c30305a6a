//! The names SeaORM makes from Rust names. Follows `sea-orm-macros` step by step and uses the same `heck`.

use heck::{ToKebabCase, ToLowerCamelCase, ToShoutySnakeCase, ToSnakeCase, ToTitleCase, ToUpperCamelCase};

/// The value of a `rename_all` or `rename`.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Case {
    Camel,
    Kebab,
    Mixed,
    ShoutySnake,
    Snake,
    Title,
    Upper,
    Lower,
    ScreamingKebab,
    Pascal,
}

impl Case {
    /// The spellings to suggest.
    pub(super) const SPELLINGS: [&str; 10] = [
        "camelCase",
        "PascalCase",
        "kebab-case",
        "snake_case",
        "SCREAMING_SNAKE_CASE",
        "SCREAMING-KEBAB-CASE",
        "lowercase",
        "UPPERCASE",
        "title_case",
        "mixed_case",
    ];

    /// Reads a spelling; SeaORM takes a few more than it lists.
    pub(super) fn parse(text: &str) -> Option<Self> {
        Some(match text {
            "camel_case" | "PascalCase" => Self::Pascal,
            "camelCase" => Self::Camel,
            "snake_case" | "snek_case" => Self::Snake,
            "kebab_case" | "kebab-case" => Self::Kebab,
            "SCREAMING-KEBAB-CASE" => Self::ScreamingKebab,
            "shouty_snake_case" | "shouty_snek_case" | "SCREAMING_SNAKE_CASE" => Self::ShoutySnake,
            "title_case" => Self::Title,
            "mixed_case" => Self::Mixed,
            "lowercase" => Self::Lower,
            "UPPERCASE" => Self::Upper,
            _ => return None,
        })
    }

    /// Writes a name in this case.
    pub(super) fn apply(self, name: &str) -> String {
        match self {
            Self::Pascal => name.to_upper_camel_case(),
            Self::Kebab => name.to_kebab_case(),
            Self::Mixed => name.to_lower_camel_case(),
            Self::ShoutySnake => name.to_shouty_snake_case(),
            Self::Snake => name.to_snake_case(),
            Self::Title => name.to_title_case(),
            Self::Upper => name.to_uppercase(),
            Self::Lower => name.to_lowercase(),
            Self::ScreamingKebab => name.to_kebab_case().to_uppercase(),
            Self::Camel => {
                let name = name.to_upper_camel_case();
                let mut letters = name.chars();
                let first: String = letters.next().into_iter().flat_map(char::to_lowercase).collect();
                first + letters.as_str()
            }
        }
    }
}

/// What a string in the source says. Where it stands as it is, nothing has to be taken apart.
pub(super) fn said(text: &syn::LitStr) -> String {
    let written = text.token().to_string();
    match written.strip_prefix('"').and_then(|rest| rest.strip_suffix('"')) {
        Some(inside) if !inside.contains(['\\', '\r']) => inside.to_owned(),
        Some(_) | None => text.value(),
    }
}

/// An identifier without its `r#`.
pub(super) fn plain(ident: &proc_macro2::Ident) -> String {
    let mut name = ident.to_string();
    if name.starts_with("r#") {
        name.drain(..2);
    }
    name
}

/// The variant of `Column` made for a field, unless `enum_name` says another.
///
/// `file_id` becomes `FileId`.
pub(super) fn variant(field: &str) -> String {
    let name = upper_camel(field);
    // The one Rust keyword that UpperCamelCase can produce.
    if name == "Self" { "Self_".to_owned() } else { name }
}

/// Whether a name is words of lower-case letters and digits, each beginning with a letter, with one `_` between them: the
/// usual case, which no change of case takes apart differently.
fn is_plain_snake(name: &str) -> bool {
    name.split('_').all(|word| {
        word.starts_with(|letter: char| letter.is_ascii_lowercase())
            && word.bytes().all(|letter| letter.is_ascii_lowercase() || letter.is_ascii_digit())
    })
}

fn upper_camel(name: &str) -> String {
    if !is_plain_snake(name) {
        return name.to_upper_camel_case();
    }
    let mut camel = String::with_capacity(name.len());
    for word in name.split('_') {
        let (first, rest) = word.split_at(1);
        camel.push_str(&first.to_ascii_uppercase());
        camel.push_str(rest);
    }
    camel
}

/// The name of the column made for a field that has no `column_name`.
pub(super) fn column(field: &str, enum_name: Option<&str>, rename_all: Option<Case>) -> String {
    if rename_all.is_none() && enum_name.is_none() && is_plain_snake(field) {
        return field.to_owned();
    }
    let camel = field.to_upper_camel_case();
    if let Some(case) = rename_all {
        case.apply(&camel)
    } else if field != camel.to_snake_case() {
        field.to_snake_case()
    } else {
        enum_name.map_or_else(|| variant(field), str::to_owned).to_snake_case()
    }
}

/// The name of the column made for a variant of a hand-written `Column`.
pub(super) fn written_column(variant: &str) -> String {
    variant.to_snake_case()
}

/// The name of a database enum that has no `enum_name`.
pub(super) fn enum_type(rust_name: &str) -> String {
    rust_name.to_upper_camel_case()
}

#[cfg(test)]
mod tests {
    use expect_test::{Expect, expect};
    use heck::{ToSnakeCase, ToUpperCamelCase};
    use proptest::prelude::*;

    use super::{Case, column, upper_camel, variant};

    proptest! {
        #[test]
        fn the_short_way_is_that_of_heck(name in "[a-z0-9]{0,3}(_[a-z0-9]{0,3}){0,3}") {
            prop_assert_eq!(upper_camel(&name), name.to_upper_camel_case());
            let differs = name != name.to_upper_camel_case().to_snake_case();
            let long_way = if differs { name.clone() } else { variant(&name) };
            prop_assert_eq!(column(&name, None, None), long_way.to_snake_case());
        }
    }

    #[expect(clippy::needless_pass_by_value, reason = "expect! makes values")]
    fn check(fields: &[&str], expected: Expect) {
        let lines = fields.iter().map(|field| {
            let cases = Case::SPELLINGS.iter().filter_map(|case| Some(column(field, None, Some(Case::parse(case)?))));
            format!(
                "{field}: {}, {}: {}\n",
                variant(field),
                column(field, None, None),
                cases.collect::<Vec<_>>().join(" | ")
            )
        });
        expected.assert_eq(&lines.collect::<String>());
    }

    #[test]
    fn columns_in_every_case() {
        check(
            &[
                "file_id",
                "type",
                "with_2_digits",
                "x1y",
                "HTTPServer",
                "camelCase",
                "_a",
                "a_",
                "a__b",
                "größe",
                "self_",
            ],
            expect![[r#"
                file_id: FileId, file_id: fileId | FileId | file-id | file_id | FILE_ID | FILE-ID | fileid | FILEID | File Id | fileId
                type: Type, type: type | Type | type | type | TYPE | TYPE | type | TYPE | Type | type
                with_2_digits: With2Digits, with_2_digits: with2Digits | With2Digits | with2-digits | with2_digits | WITH2_DIGITS | WITH2-DIGITS | with2digits | WITH2DIGITS | With2 Digits | with2Digits
                x1y: X1y, x1y: x1y | X1y | x1y | x1y | X1Y | X1Y | x1y | X1Y | X1y | x1y
                HTTPServer: HttpServer, http_server: httpServer | HttpServer | http-server | http_server | HTTP_SERVER | HTTP-SERVER | httpserver | HTTPSERVER | Http Server | httpServer
                camelCase: CamelCase, camel_case: camelCase | CamelCase | camel-case | camel_case | CAMEL_CASE | CAMEL-CASE | camelcase | CAMELCASE | Camel Case | camelCase
                _a: A, a: a | A | a | a | A | A | a | A | A | a
                a_: A, a: a | A | a | a | A | A | a | A | A | a
                a__b: AB, a_b: ab | Ab | ab | ab | AB | AB | ab | AB | Ab | ab
                größe: Größe, größe: größe | Größe | größe | größe | GRÖSSE | GRÖSSE | größe | GRÖSSE | Größe | größe
                self_: Self_, self: self | Self | self | self | SELF | SELF | self | SELF | Self | self
            "#]],
        );
    }

    #[test]
    fn the_variant_names_the_column_unless_the_field_is_odd() {
        assert_eq!(column("plain", Some("Other2Name"), None), "other2_name");
        assert_eq!(column("odd2_name", Some("Other"), None), "other");
        assert_eq!(column("odd_2_name", Some("Other"), None), "odd_2_name");
    }
}
