//! SQL texts that the server prints: what stands around them is taken off. Understands no more of them than quotes and
//! parentheses.

/// The text as a string constant.
pub(super) fn literal(text: &str) -> String {
    if text.contains('\\') {
        return format!("E'{}'", text.replace('\\', "\\\\").replace('\'', "''"));
    }
    format!("'{}'", text.replace('\'', "''"))
}

/// The expression without parentheses that enclose all of it.
pub(super) fn unwrapped(sql: &str) -> &str {
    let mut sql = sql.trim();
    while let Some(inner) = sql.strip_prefix('(').and_then(|rest| rest.strip_suffix(')'))
        && is_balanced(inner)
    {
        sql = inner.trim();
    }
    sql
}

/// Whether each parenthesis that closes was opened before.
fn is_balanced(sql: &str) -> bool {
    let mut depth = 0_usize;
    let mut quote = None;
    for c in sql.chars() {
        match (quote, c) {
            // A quote inside of quotes is doubled: it ends them and begins them again.
            (Some(open), c) if c == open => quote = None,
            (None, '\'' | '"') => quote = Some(c),
            (None, '(') => depth += 1,
            (None, ')') => match depth.checked_sub(1) {
                Some(less) => depth = less,
                None => return false,
            },
            (Some(_) | None, _) => {}
        }
    }
    depth == 0
}

/// The text without the prefix (a schema and its dot) before the names in it, and before those in constants of `regclass`.
pub(super) fn without_prefix(sql: &str, prefix: &str) -> String {
    let mut plain = String::with_capacity(sql.len());
    let mut rest = sql;
    let mut last = ' ';
    while let Some(c) = rest.chars().next() {
        if !is_part_of_name(last)
            && let Some(name) = rest.strip_prefix(prefix)
        {
            rest = name;
            last = ' ';
            continue;
        }
        let length = if c == '\'' || c == '"' { quoted_length(rest, c) } else { c.len_utf8() };
        let (token, behind) = rest.split_at(length);
        match token.strip_prefix('\'').and_then(|name| name.strip_prefix(prefix)) {
            Some(name) if behind.starts_with("::regclass") => {
                plain.push('\'');
                plain.push_str(name);
            }
            _ => plain.push_str(token),
        }
        rest = behind;
        last = c;
    }
    plain
}

fn is_part_of_name(c: char) -> bool {
    c.is_alphanumeric() || matches!(c, '_' | '$' | '.' | '"')
}

/// How many bytes there are to the closing quote, both included.
fn quoted_length(text: &str, quote: char) -> usize {
    text[1..].find(quote).map_or(text.len(), |position| position + 2)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn parentheses_around_all_of_it() {
        assert_eq!(unwrapped("((a + b))"), "a + b");
        assert_eq!(unwrapped("(a) + (b)"), "(a) + (b)");
        assert_eq!(unwrapped("(a = ')'::text)"), "a = ')'::text");
        assert_eq!(unwrapped("((a = '('::text) AND (\")\" > 1))"), "(a = '('::text) AND (\")\" > 1)");
    }

    #[test]
    fn the_default_schema_before_names() {
        let plain = |sql| without_prefix(sql, "public.");
        assert_eq!(plain("public.mood[]"), "mood[]");
        assert_eq!(plain("nextval('public.t_id_seq'::regclass)"), "nextval('t_id_seq'::regclass)");
        assert_eq!(plain("'public.mood'::public.mood"), "'public.mood'::mood");
        assert_eq!(plain("public.f(\"public.x\", mypublic.y, a.public.z)"), "f(\"public.x\", mypublic.y, a.public.z)");
        assert_eq!(without_prefix("\"my own\".t, x.\"my own\".t", "\"my own\"."), "t, x.\"my own\".t");
    }
}
