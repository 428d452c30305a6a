//! Constants of single types: texts that PostgreSQL reads as the same value get the same text.
//! What it knows nothing of stays as it is.

/// The text of a constant of the type.
pub(super) fn canonical(text: &str, base: &str) -> String {
    let trimmed = text.trim();
    let known = match base {
        "smallint" | "integer" | "bigint" => trimmed.parse::<i128>().ok().map(|number| number.to_string()),
        "real" | "double precision" => decimal(trimmed),
        "numeric" => Some(trimmed.trim_start_matches('+').to_owned()),
        "boolean" => truth(trimmed).map(|truth| truth.to_string()),
        "interval" => interval(trimmed),
        "timestamp without time zone" => timestamp(trimmed),
        "time without time zone" => time(trimmed),
        "date" => Some(trimmed.to_owned()),
        "uuid" => Some(trimmed.to_ascii_lowercase()),
        "jsonb" => Some(json(trimmed)),
        _ if base.ends_with("[]") && trimmed.starts_with('{') && trimmed[1..].trim() == "}" => Some("{}".to_owned()),
        _ => None,
    };
    known.unwrap_or_else(|| text.to_owned())
}

/// A decimal number in one form, whatever zeros and exponents it is written with.
pub(super) fn decimal(text: &str) -> Option<String> {
    let (sign, rest) = match text.strip_prefix('-') {
        Some(rest) => ("-", rest),
        None => ("", text.strip_prefix('+').unwrap_or(text)),
    };
    let (mantissa, exponent) = match rest.split_once(['e', 'E']) {
        Some((mantissa, exponent)) => (mantissa, exponent.parse::<i32>().ok()?),
        None => (rest, 0),
    };
    let (whole, fraction) = mantissa.split_once('.').unwrap_or((mantissa, ""));
    let digits = format!("{whole}{fraction}");
    if digits.is_empty() || !digits.bytes().all(|byte| byte.is_ascii_digit()) {
        return None;
    }
    let exponent = exponent.checked_sub(i32::try_from(fraction.len()).ok()?)?;
    let significant = digits.trim_start_matches('0');
    if significant.is_empty() {
        return Some(format!("{sign}0"));
    }
    let short = significant.trim_end_matches('0');
    let exponent = exponent.checked_add(i32::try_from(significant.len() - short.len()).ok()?)?;
    Some(if exponent == 0 { format!("{sign}{short}") } else { format!("{sign}{short}e{exponent}") })
}

/// What PostgreSQL reads the word of a boolean as.
pub(super) fn truth(text: &str) -> Option<bool> {
    match text.trim().to_ascii_lowercase().as_str() {
        "t" | "true" | "y" | "yes" | "on" | "1" => Some(true),
        "f" | "false" | "n" | "no" | "off" | "0" => Some(false),
        _ => None,
    }
}

/// The months, days and microseconds of an interval.
fn interval(text: &str) -> Option<String> {
    let (mut months, mut days, mut micros) = (0_i64, 0_i64, 0_i64);
    let mut words = text.split_whitespace();
    while let Some(word) = words.next() {
        if word.contains(':') {
            micros = micros.checked_add(clock(word)?)?;
            continue;
        }
        let number: i64 = word.parse().ok()?;
        let unit = words.next()?.to_ascii_lowercase();
        let (sum, factor) = match unit.strip_suffix('s').unwrap_or(&unit) {
            "year" => (&mut months, 12),
            "mon" | "month" => (&mut months, 1),
            "week" => (&mut days, 7),
            "day" => (&mut days, 1),
            "hour" => (&mut micros, 3_600_000_000),
            "minute" | "min" => (&mut micros, 60_000_000),
            "second" | "sec" => (&mut micros, 1_000_000),
            _ => return None,
        };
        *sum = sum.checked_add(number.checked_mul(factor)?)?;
    }
    (!text.is_empty()).then(|| format!("months {months} days {days} microseconds {micros}"))
}

/// The microseconds of `hh:mm` and `hh:mm:ss`.
fn clock(text: &str) -> Option<i64> {
    let (sign, digits) = match text.strip_prefix('-') {
        Some(digits) => (-1, digits),
        None => (1, text.strip_prefix('+').unwrap_or(text)),
    };
    let parts: Vec<&str> = digits.split(':').collect();
    let number =
        |text: &str| text.bytes().all(|byte| byte.is_ascii_digit()).then(|| text.parse::<i64>().ok()).flatten();
    let (hours, minutes, seconds) = match parts.as_slice() {
        [hours, minutes] => (number(hours)?, number(minutes)?, 0),
        [hours, minutes, seconds] => (number(hours)?, number(minutes)?, number(seconds)?),
        _ => return None,
    };
    hours.checked_mul(3600)?.checked_add(minutes * 60 + seconds)?.checked_mul(sign * 1_000_000)
}

/// A date with or without a time, with both.
fn timestamp(text: &str) -> Option<String> {
    let (date, rest) = text.split_once([' ', 'T']).unwrap_or((text, "00:00:00"));
    let is_date = date.len() == 10
        && date
            .bytes()
            .enumerate()
            .all(|(at, byte)| if at == 4 || at == 7 { byte == b'-' } else { byte.is_ascii_digit() });
    let time = time(rest)?;
    is_date.then(|| format!("{date} {time}"))
}

/// A time with its seconds.
fn time(text: &str) -> Option<String> {
    let is_shape = |length: usize| {
        text.len() == length
            && text.bytes().enumerate().all(|(at, byte)| if at % 3 == 2 { byte == b':' } else { byte.is_ascii_digit() })
    };
    match () {
        () if is_shape(8) => Some(text.to_owned()),
        () if is_shape(5) => Some(format!("{text}:00")),
        () => None,
    }
}

/// JSON without the spaces that mean nothing. The order of keys is left alone.
fn json(text: &str) -> String {
    let (mut in_string, mut escaped) = (false, false);
    let keep = |character: &char| {
        let inside = in_string;
        match character {
            _ if escaped => escaped = false,
            '\\' if in_string => escaped = true,
            '"' => in_string = !in_string,
            _ => {}
        }
        inside || !matches!(character, ' ' | '\t' | '\n' | '\r')
    };
    text.chars().filter(keep).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn one_text_for_one_value() {
        for (base, texts) in [
            ("integer", &["5", " 5", "+5", "005"][..]),
            ("double precision", &["5", "5.0", "0.5e1", "50e-1", "+5.00"]),
            ("boolean", &["t", "TRUE", "yes", "1"]),
            ("interval", &["14 days", "2 weeks", "13 days 1 day"]),
            ("interval", &["1 hour", "01:00:00", "60 minutes"]),
            ("interval", &["1 year 2 mons", "14 months"]),
            ("timestamp without time zone", &["2020-01-02", "2020-01-02 00:00:00", "2020-01-02T00:00"]),
            ("time without time zone", &["08:30", "08:30:00"]),
            ("uuid", &["A0EEBC99-9C0B-4EF8-BB6D-6BB9BD380A11", "a0eebc99-9c0b-4ef8-bb6d-6bb9bd380a11"]),
            ("jsonb", &["{\"a b\":[1,2]}", "{ \"a b\" : [1, 2] }"]),
            ("text[]", &["{}", " { } "]),
        ] {
            for text in texts {
                assert_eq!(canonical(text, base), canonical(texts[0], base), "{text} as {base}");
            }
        }
        for (base, left, right) in [
            ("text", "a ", "a"),
            ("numeric", "5.0", "5"),
            ("double precision", "5", "50"),
            ("double precision", "0.05", "0.5"),
            ("boolean", "t", "f"),
            ("interval", "1 month", "30 days"),
            ("interval", "1 day", "24 hours"),
            ("timestamp without time zone", "2020-01-02", "2020-01-03"),
            ("jsonb", "{\"a b\":1}", "{\"ab\":1}"),
            ("jsonb", r#"{"a\" b":1}"#, r#"{"a\"b":1}"#),
            ("json", "{ }", "{}"),
        ] {
            assert_ne!(canonical(left, base), canonical(right, base), "{left} and {right} as {base}");
        }
    }
}
