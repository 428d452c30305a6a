//! The types of the parts of an expression, by the rules PostgreSQL resolves operators and functions with. What it would
//! make explicit when it prints the expression is made explicit here: constants get their types, and casts that change
//! nothing go. Where a rule is not certain everything stays as written.

use super::constant;
use super::syntax::Node;
use super::types::{self, TypeName};

/// What is known of the type of a part.
#[derive(Debug, Clone, PartialEq, Eq)]
enum Kind {
    /// Its name, with modifiers where it has some.
    Known(String),
    /// A string or NULL that takes the type its surroundings want.
    Open,
    Unknown,
}

/// A part of an expression and its type.
#[derive(Debug, Clone)]
struct Typed {
    node: Node,
    kind: Kind,
}

/// Looks up the type of a column of the table.
pub(super) type ColumnTypes<'a> = &'a dyn Fn(&str) -> Option<String>;

/// The expression with every type that is certain.
pub(super) fn settle(node: Node, columns: ColumnTypes<'_>) -> Node {
    Resolver { columns }.settle(node).node
}

/// The expression as the value of a column of the type, to which it is cast by assignment.
pub(super) fn assign(node: Node, target: &str, columns: ColumnTypes<'_>) -> Node {
    let typed = Resolver { columns }.settle(node);
    let name = TypeName::of(target);
    let goal = TypeName { modifiers: Vec::new(), ..name.clone() }.to_string();
    let node = match (typed.node, &typed.kind) {
        (Node::Cast(inner, kind), _) if kind == goal || kind == target => *inner,
        (node, _) => node,
    };
    match node {
        Node::Constant(text, None) => constant_of(text.as_deref(), &goal),
        Node::Constant(Some(text), Some(kind)) if TypeName::of(&kind).base == name.base && !name.array => {
            constant_of(Some(&text), &goal)
        }
        Node::Constant(Some(text), Some(kind)) if is_number(&kind) && is_number(&goal) && is_exact(&text, &goal) => {
            constant_of(Some(&text), &goal)
        }
        Node::Constant(Some(text), Some(kind)) if is_integer(&kind) && types::is_text(&goal) => {
            constant_of(Some(&constant::canonical(&text, &kind)), &goal)
        }
        Node::Constant(None, _) => Node::Constant(None, None),
        Node::Array(parts) if parts.is_empty() => constant_of(Some("{}"), &goal),
        node => node,
    }
}

/// The types of numbers, from the narrowest to the one the others become.
const NUMBERS: &[&str] = &["smallint", "integer", "bigint", "numeric", "real", "double precision"];

fn number_rank(kind: &str) -> Option<usize> {
    NUMBERS.iter().position(|number| *number == kind)
}

fn is_number(kind: &str) -> bool {
    number_rank(kind).is_some()
}

fn is_integer(kind: &str) -> bool {
    number_rank(kind).is_some_and(|rank| rank < 3)
}

fn is_float(kind: &str) -> bool {
    number_rank(kind).is_some_and(|rank| rank > 3)
}

/// Whether a number as written stays what it is in the type.
fn is_exact(text: &str, kind: &str) -> bool {
    let whole = text.parse::<i64>();
    match kind {
        "smallint" => whole.is_ok_and(|number| i16::try_from(number).is_ok()),
        "integer" => whole.is_ok_and(|number| i32::try_from(number).is_ok()),
        "bigint" => whole.is_ok(),
        _ => constant::decimal(text).is_some(),
    }
}

/// The type without its modifiers, as operators see it.
fn base(kind: &str) -> String {
    let name = TypeName::of(kind);
    let base = match name.base.as_str() {
        "character" => "bpchar".to_owned(),
        "bit" => "\"bit\"".to_owned(),
        base if types::is_interval(base) => "interval".to_owned(),
        base => base.to_owned(),
    };
    TypeName { base, modifiers: Vec::new(), array: name.array }.to_string()
}

/// `text` for the two types of strings between which a cast changes nothing.
fn family(kind: &str) -> String {
    let base = base(kind);
    if types::is_text(&base) { "text".to_owned() } else { base }
}

fn constant_of(text: Option<&str>, kind: &str) -> Node {
    let kind = family(kind);
    let canonical = |text: &str| match kind.as_str() {
        // The column's scale decides how many digits there are.
        "numeric" => constant::decimal(text).unwrap_or_else(|| text.to_owned()),
        _ => constant::canonical(text, &kind),
    };
    Node::Constant(text.map(canonical), Some(kind.clone()))
}

impl Typed {
    fn known(node: Node, kind: impl Into<String>) -> Self {
        Self { node, kind: Kind::Known(kind.into()) }
    }

    fn unknown(node: Node) -> Self {
        Self { node, kind: Kind::Unknown }
    }

    fn base(&self) -> Option<String> {
        match &self.kind {
            Kind::Known(kind) => Some(base(kind)),
            Kind::Open | Kind::Unknown => None,
        }
    }

    fn family(&self) -> Option<String> {
        match &self.kind {
            Kind::Known(kind) => Some(family(kind)),
            Kind::Open | Kind::Unknown => None,
        }
    }

    fn is_open(&self) -> bool {
        self.kind == Kind::Open
    }

    /// The open constant as one of the type; anything else as it is.
    fn close(self, kind: &str) -> Self {
        match self {
            Self { node: Node::Constant(text, None), kind: Kind::Open } => {
                let family = family(kind);
                let text = text.map(|text| constant::canonical(&text, &family));
                Self::known(Node::Constant(text, Some(family)), base(kind))
            }
            other => other,
        }
    }

    /// What an implicit cast makes of it.
    fn convert(self, kind: &str) -> Self {
        if self.is_open() { self.close(kind) } else { cast(self, kind) }
    }
}

/// The value cast to a type, without the cast where it changes nothing.
fn cast(inner: Typed, kind: &str) -> Typed {
    let target = TypeName::of(kind);
    let cast = |node: Node| Typed::known(Node::Cast(Box::new(node), kind.to_owned()), kind);
    let unlimited = target.modifiers.is_empty();
    match (inner.node, inner.kind) {
        (Node::Constant(text, None), Kind::Open) => {
            let fits = text.as_ref().is_none_or(|text| fits(text, &target));
            let typed = Typed { node: Node::Constant(text, None), kind: Kind::Open }.close(kind);
            if unlimited || fits { Typed::known(typed.node, kind) } else { cast(typed.node) }
        }
        (Node::Constant(None, Some(_)), _) if unlimited => Typed::known(Node::Constant(None, Some(family(kind))), kind),
        (node, Kind::Known(own)) => {
            let same = own == kind || (unlimited && family(&own) == family(kind));
            match node {
                _ if same => Typed::known(node, kind),
                Node::Constant(Some(text), Some(_)) if unlimited && widens(&own, kind) && is_exact(&text, kind) => {
                    Typed::known(Node::Constant(Some(constant::canonical(&text, kind)), Some(kind.to_owned())), kind)
                }
                node => cast(node),
            }
        }
        (node, Kind::Open | Kind::Unknown) => cast(node),
    }
}

/// Whether a constant number of one type is the same number in the other.
fn widens(from: &str, to: &str) -> bool {
    (is_integer(from) && is_number(to)) || (from == "numeric" && is_float(to))
}

/// Whether a string needs no cutting for its type.
fn fits(text: &str, target: &TypeName) -> bool {
    match (target.base.as_str(), target.numbers().as_slice()) {
        ("character varying", [length]) => i64::try_from(text.chars().count()).is_ok_and(|count| count <= *length),
        _ => false,
    }
}

struct Resolver<'a> {
    columns: ColumnTypes<'a>,
}

impl Resolver<'_> {
    fn settle(&self, node: Node) -> Typed {
        match node {
            Node::Column(name) => {
                let kind = (self.columns)(&name).map_or(Kind::Unknown, |kind| Kind::Known(types::canonical(&kind)));
                Typed { node: Node::Column(name), kind }
            }
            Node::Constant(text, None) => Typed { node: Node::Constant(text, None), kind: Kind::Open },
            Node::Constant(text, Some(kind)) => {
                let text = text.map(|text| constant::canonical(&text, &kind));
                Typed::known(Node::Constant(text, Some(kind.clone())), kind)
            }
            Node::Cast(inner, kind) => match (*inner, TypeName::of(&kind).element()) {
                (Node::Array(parts), Some(element)) => {
                    let parts = self.cast_all(parts, &element);
                    let array = if parts.is_empty() {
                        Node::Constant(Some("{}".to_owned()), Some(family(&kind)))
                    } else {
                        Node::Array(parts.into_iter().map(|part| part.node).collect())
                    };
                    Typed::known(array, kind)
                }
                (inner, _) => cast(self.settle(inner), &kind),
            },
            Node::Call(name, arguments) => self.call(name, arguments),
            Node::Binary(operator, left, right) => binary(&operator, self.settle(*left), self.settle(*right)),
            Node::Unary(operator, inner) => {
                let inner = self.settle(*inner);
                let kind = if operator == "NOT" { Kind::Known("boolean".to_owned()) } else { inner.kind };
                let kind = match kind {
                    Kind::Known(kind) if operator == "NOT" || is_number(&base(&kind)) => Kind::Known(base(&kind)),
                    _ => Kind::Unknown,
                };
                Typed { node: Node::Unary(operator, Box::new(inner.node)), kind }
            }
            Node::And(parts) => {
                let parts = self.flat(parts, |node| match node {
                    Node::And(parts) => Ok(parts),
                    node => Err(node),
                });
                Typed::known(Node::And(parts), "boolean")
            }
            Node::Or(parts) => {
                let parts = self.flat(parts, |node| match node {
                    Node::Or(parts) => Ok(parts),
                    node => Err(node),
                });
                Typed::known(Node::Or(parts), "boolean")
            }
            Node::Test(inner, what) => Typed::known(Node::Test(Box::new(self.settle(*inner).node), what), "boolean"),
            Node::Quantified { operator, all, left, right } => self.quantified(operator, all, *left, *right),
            Node::Array(parts) => {
                let (parts, kind) = common(parts.into_iter().map(|part| self.settle(part)).collect());
                let kind = match kind {
                    Kind::Known(kind) if !parts.is_empty() => Kind::Known(format!("{}[]", kind.trim_end_matches("[]"))),
                    _ => Kind::Unknown,
                };
                Typed { node: Node::Array(parts), kind }
            }
            Node::Row(parts) => {
                Typed::unknown(Node::Row(parts.into_iter().map(|part| self.settle(part).node).collect()))
            }
            Node::Collate(inner, collation) => {
                let inner = self.settle(*inner).close("text");
                Typed { node: Node::Collate(Box::new(inner.node), collation), kind: inner.kind }
            }
            Node::Element(array, index) => {
                let (array, index) = (self.settle(*array), self.settle(*index));
                let is_json = array.base().as_deref() == Some("jsonb");
                let index = if is_json { index.close("text") } else { index };
                let kind = match &array.kind {
                    Kind::Known(kind) if is_json => Kind::Known(kind.clone()),
                    Kind::Known(kind) => {
                        TypeName::of(kind).element().map_or(Kind::Unknown, |name| Kind::Known(name.to_string()))
                    }
                    Kind::Open | Kind::Unknown => Kind::Unknown,
                };
                Typed { node: Node::Element(Box::new(array.node), Box::new(index.node)), kind }
            }
            Node::Case(operand, branches, otherwise) => self.case(operand, branches, *otherwise),
            Node::Exact(inner, kind) => Typed::unknown(Node::Exact(inner, kind)),
        }
    }

    /// The parts, with those of a part that is of the same sort among them.
    fn flat(&self, parts: Vec<Node>, open: impl Fn(Node) -> Result<Vec<Node>, Node>) -> Vec<Node> {
        let mut flat = Vec::new();
        for part in parts {
            match open(self.settle(part).close("boolean").node) {
                Ok(inner) => flat.extend(inner),
                Err(node) => flat.push(node),
            }
        }
        flat
    }

    fn quantified(&self, operator: String, all: bool, left: Node, right: Node) -> Typed {
        let left = self.settle(left);
        let right = match self.elements(right) {
            Ok(right) => right,
            Err(right) => {
                let right = self.settle(right);
                let of_elements = operator == "=" || operator == "<>";
                let right = match left.family() {
                    Some(kind) if of_elements => right.close(&format!("{kind}[]")),
                    _ => right,
                };
                let left = match right.base().and_then(|kind| TypeName::of(&kind).element()) {
                    Some(element) if of_elements => left.close(&element.to_string()),
                    _ => left,
                };
                let (left, right) = (Box::new(left.node), Box::new(right.node));
                return Typed::known(Node::Quantified { operator, all, left, right }, "boolean");
            }
        };
        // Each comparison on its own is the same unless asking twice gives two answers.
        if !is_stable(&left.node) {
            let right = Node::Array(right.into_iter().map(|part| part.node).collect());
            let (left, right) = (Box::new(left.node), Box::new(right));
            return Typed::known(Node::Quantified { operator, all, left, right }, "boolean");
        }
        let mut each: Vec<Node> = right.into_iter().map(|part| binary(&operator, left.clone(), part).node).collect();
        let node = match each.pop() {
            Some(one) if each.is_empty() => one,
            last => {
                each.extend(last);
                if all { Node::And(each) } else { Node::Or(each) }
            }
        };
        Typed::known(node, "boolean")
    }

    /// The elements of an array that is written out, each with its type.
    fn elements(&self, array: Node) -> Result<Vec<Typed>, Node> {
        match array {
            Node::Array(parts) if !parts.is_empty() => Ok(parts.into_iter().map(|part| self.settle(part)).collect()),
            Node::Cast(inner, kind) => match (*inner, TypeName::of(&kind).element()) {
                (Node::Array(parts), Some(element)) if !parts.is_empty() => Ok(self.cast_all(parts, &element)),
                (inner, _) => Err(Node::Cast(Box::new(inner), kind)),
            },
            other => Err(other),
        }
    }

    /// The elements of an array, cast as a cast of the whole array does it.
    fn cast_all(&self, parts: Vec<Node>, element: &TypeName) -> Vec<Typed> {
        let kind = element.to_string();
        parts.into_iter().map(|part| cast(self.settle(part), &kind)).collect()
    }

    fn case(&self, operand: Option<Box<Node>>, branches: Vec<(Node, Node)>, otherwise: Node) -> Typed {
        let operand = operand.map(|operand| self.settle(*operand));
        let (conditions, results): (Vec<_>, Vec<_>) = branches
            .into_iter()
            .map(|(condition, result)| {
                let condition = self.settle(condition);
                let condition = match &operand {
                    Some(operand) => match binary("=", operand.clone(), condition.clone()).node {
                        Node::Binary(_, left, right) if *left == operand.node => *right,
                        _ => condition.node,
                    },
                    None => condition.close("boolean").node,
                };
                (condition, self.settle(result))
            })
            .unzip();
        let (mut results, kind) = common(results.into_iter().chain([self.settle(otherwise)]).collect());
        let otherwise = results.pop().unwrap_or(Node::Constant(None, None));
        let branches = conditions.into_iter().zip(results).collect();
        Typed { node: Node::Case(operand.map(|operand| Box::new(operand.node)), branches, Box::new(otherwise)), kind }
    }

    fn call(&self, name: String, arguments: Vec<Node>) -> Typed {
        let arguments: Vec<Typed> = arguments.into_iter().map(|argument| self.settle(argument)).collect();
        match name.as_str() {
            "coalesce" | "greatest" | "least" => {
                let (arguments, kind) = common(arguments);
                return Typed { node: Node::Call(name, arguments), kind };
            }
            "nullif" if arguments.len() == 2 => {
                let kind = arguments[0].kind.clone();
                let mut arguments = arguments.into_iter();
                if let (Some(left), Some(right)) = (arguments.next(), arguments.next())
                    && let Node::Binary(_, left, right) = binary("=", left, right).node
                {
                    return Typed { node: Node::Call(name, vec![*left, *right]), kind };
                }
                return Typed::unknown(Node::Call(name, Vec::new()));
            }
            _ => {}
        }
        let arguments: Vec<Typed> = match arguments.as_slice() {
            // There is one of the kind, for text.
            [only] if matches!(name.as_str(), "lower" | "upper") && is_like_text(only) => {
                arguments.into_iter().map(|argument| cast(argument, "text")).collect()
            }
            _ => arguments,
        };
        let signature = FUNCTIONS.iter().find(|(known, parameters, _)| {
            *known == name
                && parameters.len() == arguments.len()
                && parameters.iter().zip(&arguments).all(|(parameter, argument)| takes(parameter, argument))
        });
        let Some((_, parameters, result)) = signature else {
            // The types of its arguments decide which function it is.
            let exact = |argument: Typed| match argument.base() {
                Some(base) if types::is_text(&base) => Node::Exact(Box::new(argument.node), base),
                _ => argument.node,
            };
            return Typed::unknown(Node::Call(name, arguments.into_iter().map(exact).collect()));
        };
        let kind = match *result {
            "" => Kind::Unknown,
            "$1" => arguments.first().and_then(Typed::family).map_or(Kind::Unknown, Kind::Known),
            "$2" => arguments.get(1).and_then(Typed::family).map_or(Kind::Unknown, Kind::Known),
            result => Kind::Known(result.to_owned()),
        };
        let arguments = arguments.into_iter().zip(*parameters).map(|(argument, parameter)| match *parameter {
            "any" => argument.node,
            parameter if argument.is_open() || argument.family().as_deref() != Some(parameter) => {
                argument.convert(parameter).node
            }
            _ => argument.node,
        });
        Typed { node: Node::Call(name, arguments.collect()), kind }
    }
}

/// Whether it becomes text where text is wanted.
fn is_like_text(part: &Typed) -> bool {
    matches!(part.base().as_deref(), Some("bpchar" | "citext"))
}

/// Whether the parameter of a function takes the argument, in the one way PostgreSQL would find.
fn takes(parameter: &str, argument: &Typed) -> bool {
    match (parameter, &argument.kind) {
        ("any", kind) => *kind != Kind::Open,
        (_, Kind::Open) => true,
        (_, Kind::Unknown) => false,
        ("anyarray", Kind::Known(kind)) => TypeName::of(kind).array,
        (parameter, Kind::Known(kind)) => family(kind) == parameter,
    }
}

/// The functions whose parameters are certain: name, parameters, result. `any` is any type but an open one, `$1` the
/// type of the first argument.
const FUNCTIONS: &[(&str, &[&str], &str)] = &[
    ("abs", &["any"], "$1"),
    ("array_length", &["any", "integer"], "integer"),
    ("array_position", &["any", "any"], "integer"),
    ("array_to_string", &["any", "text"], "text"),
    ("array_upper", &["any", "integer"], "integer"),
    ("ascii", &["text"], "integer"),
    ("btrim", &["text"], "text"),
    ("btrim", &["text", "text"], "text"),
    ("cardinality", &["any"], "integer"),
    ("ceil", &["numeric"], "numeric"),
    ("char_length", &["text"], "integer"),
    ("character_length", &["text"], "integer"),
    ("clock_timestamp", &[], "timestamp with time zone"),
    ("current_date", &[], "date"),
    ("date_part", &["text", "date"], "double precision"),
    ("date_part", &["text", "interval"], "double precision"),
    ("date_part", &["text", "timestamp with time zone"], "double precision"),
    ("date_part", &["text", "timestamp without time zone"], "double precision"),
    ("date_trunc", &["text", "timestamp with time zone"], "timestamp with time zone"),
    ("date_trunc", &["text", "timestamp without time zone"], "timestamp without time zone"),
    ("decode", &["text", "text"], "bytea"),
    ("encode", &["bytea", "text"], "text"),
    ("extract", &["text", "date"], "numeric"),
    ("extract", &["text", "interval"], "numeric"),
    ("extract", &["text", "timestamp with time zone"], "numeric"),
    ("extract", &["text", "timestamp without time zone"], "numeric"),
    ("floor", &["numeric"], "numeric"),
    ("gen_random_uuid", &[], "uuid"),
    ("initcap", &["text"], "text"),
    ("isfinite", &["any"], "boolean"),
    ("json_typeof", &["json"], "text"),
    ("jsonb_array_length", &["jsonb"], "integer"),
    ("jsonb_typeof", &["jsonb"], "text"),
    ("left", &["text", "integer"], "text"),
    ("length", &["bpchar"], "integer"),
    ("length", &["bytea"], "integer"),
    ("length", &["text"], "integer"),
    ("like_escape", &["text", "text"], "text"),
    ("localtimestamp", &[], "timestamp without time zone"),
    ("lower", &["text"], "text"),
    ("lpad", &["text", "integer"], "text"),
    ("lpad", &["text", "integer", "text"], "text"),
    ("ltrim", &["text"], "text"),
    ("ltrim", &["text", "text"], "text"),
    ("md5", &["text"], "text"),
    ("mod", &["integer", "integer"], "integer"),
    ("nextval", &["regclass"], "bigint"),
    ("now", &[], "timestamp with time zone"),
    ("octet_length", &["bytea"], "integer"),
    ("octet_length", &["text"], "integer"),
    ("overlay", &["text", "text", "integer"], "text"),
    ("overlay", &["text", "text", "integer", "integer"], "text"),
    ("phraseto_tsquery", &["regconfig", "text"], "tsquery"),
    ("phraseto_tsquery", &["text"], "tsquery"),
    ("plainto_tsquery", &["regconfig", "text"], "tsquery"),
    ("plainto_tsquery", &["text"], "tsquery"),
    ("position", &["text", "text"], "integer"),
    ("random", &[], "double precision"),
    ("regexp_match", &["text", "text"], "text[]"),
    ("regexp_replace", &["text", "text", "text"], "text"),
    ("regexp_replace", &["text", "text", "text", "text"], "text"),
    ("repeat", &["text", "integer"], "text"),
    ("replace", &["text", "text", "text"], "text"),
    ("reverse", &["text"], "text"),
    ("right", &["text", "integer"], "text"),
    ("round", &["double precision"], "double precision"),
    ("round", &["numeric"], "numeric"),
    ("round", &["numeric", "integer"], "numeric"),
    ("rpad", &["text", "integer"], "text"),
    ("rpad", &["text", "integer", "text"], "text"),
    ("rtrim", &["text"], "text"),
    ("rtrim", &["text", "text"], "text"),
    ("setweight", &["tsvector", "\"char\""], "tsvector"),
    ("similar_to_escape", &["text"], "text"),
    ("split_part", &["text", "text", "integer"], "text"),
    ("starts_with", &["text", "text"], "boolean"),
    ("strpos", &["text", "text"], "integer"),
    ("substr", &["text", "integer"], "text"),
    ("substr", &["text", "integer", "integer"], "text"),
    ("substring", &["text", "integer"], "text"),
    ("substring", &["text", "integer", "integer"], "text"),
    ("substring", &["text", "text"], "text"),
    ("timezone", &["text", "timestamp with time zone"], "timestamp without time zone"),
    ("timezone", &["text", "timestamp without time zone"], "timestamp with time zone"),
    ("to_char", &["timestamp with time zone", "text"], "text"),
    ("to_char", &["timestamp without time zone", "text"], "text"),
    ("to_tsquery", &["regconfig", "text"], "tsquery"),
    ("to_tsquery", &["text"], "tsquery"),
    ("to_tsvector", &["regconfig", "text"], "tsvector"),
    ("to_tsvector", &["text"], "tsvector"),
    ("translate", &["text", "text", "text"], "text"),
    ("upper", &["text"], "text"),
    ("websearch_to_tsquery", &["regconfig", "text"], "tsquery"),
    ("websearch_to_tsquery", &["text"], "tsquery"),
];

/// Whether the part has the same value when it is asked for twice.
fn is_stable(node: &Node) -> bool {
    match node {
        Node::Column(_) | Node::Constant(..) => true,
        Node::Cast(inner, _)
        | Node::Unary(_, inner)
        | Node::Test(inner, _)
        | Node::Collate(inner, _)
        | Node::Exact(inner, _) => is_stable(inner),
        Node::Binary(_, left, right) | Node::Element(left, right) | Node::Quantified { left, right, .. } => {
            is_stable(left) && is_stable(right)
        }
        Node::And(parts) | Node::Or(parts) | Node::Array(parts) | Node::Row(parts) => parts.iter().all(is_stable),
        Node::Call(name, arguments) => {
            let changes = ["clock_timestamp", "gen_random_uuid", "nextval", "random"].contains(&name.as_str());
            let is_known = ["coalesce", "greatest", "least", "nullif"].contains(&name.as_str())
                || FUNCTIONS.iter().any(|(known, ..)| known == name);
            is_known && !changes && arguments.iter().all(is_stable)
        }
        Node::Case(..) => false,
    }
}

/// Parts that all get one type, as in `CASE`, `COALESCE` and `ARRAY`.
fn common(parts: Vec<Typed>) -> (Vec<Node>, Kind) {
    let families: Vec<Option<String>> = parts.iter().filter(|part| !part.is_open()).map(Typed::family).collect();
    let kind = match families.split_first() {
        None => Some("text".to_owned()),
        Some((Some(first), rest)) if rest.iter().all(|other| other.as_ref() == Some(first)) => Some(first.clone()),
        _ => {
            let ranks: Option<Vec<usize>> =
                families.iter().map(|family| family.as_deref().and_then(number_rank)).collect();
            ranks.and_then(|ranks| ranks.into_iter().max()).map(|rank| NUMBERS[rank].to_owned())
        }
    };
    match kind {
        Some(kind) => {
            let parts = parts.into_iter().map(|part| match part.family() {
                Some(family) if family == kind => part.node,
                _ => part.convert(&kind).node,
            });
            (parts.collect(), Kind::Known(kind))
        }
        None => (parts.into_iter().map(|part| part.node).collect(), Kind::Unknown),
    }
}

fn binary(operator: &str, left: Typed, right: Typed) -> Typed {
    let (left, right, kind) = match operator {
        "=" | "<>" | "<" | "<=" | ">" | ">=" | "IS DISTINCT FROM" => {
            let (left, right) = alike(left, right);
            let (left, right) = numbers(left, right);
            let (left, right) = (compared(left, &right), right);
            let right = compared(right, &left);
            (left, right, Kind::Known("boolean".to_owned()))
        }
        "+" | "-" | "*" | "/" | "%" => arithmetic(operator, left, right),
        "^" => {
            let both = |kind: &str| {
                left.base().is_some_and(|left| is_integer(&left))
                    && right.base().is_some_and(|right| is_integer(&right))
                    && kind == "double precision"
            };
            if both("double precision") {
                let (left, right) = (left.convert("double precision"), right.convert("double precision"));
                (left, right, Kind::Known("double precision".to_owned()))
            } else {
                let (left, right) = numbers(left, right);
                (left, right, Kind::Unknown)
            }
        }
        "||" => concatenation(left, right),
        "~~" | "~~*" | "!~~" | "!~~*" | "~" | "~*" | "!~" | "!~*" => {
            let pattern = match left.family().as_deref() {
                Some("text" | "bpchar" | "name") => Some("text".to_owned()),
                Some("citext") => Some("citext".to_owned()),
                _ if left.is_open() && right.is_open() => Some("text".to_owned()),
                _ => None,
            };
            let (left, right) = match pattern {
                Some(pattern) => (left.close(&pattern), right.close(&pattern)),
                None => (left, right),
            };
            (left, right, Kind::Known("boolean".to_owned()))
        }
        "^@" if left.family().as_deref() == Some("text") => {
            (left, right.close("text"), Kind::Known("boolean".to_owned()))
        }
        "->" | "->>" | "#>" | "#>>" => {
            let is_json = matches!(left.base().as_deref(), Some("json" | "jsonb"));
            let right = match operator {
                _ if !is_json => right,
                "->" | "->>" => right.close("text"),
                _ => right.close("text[]"),
            };
            let kind = match operator {
                _ if !is_json => Kind::Unknown,
                "->" | "#>" => left.kind.clone(),
                _ => Kind::Known("text".to_owned()),
            };
            (left, right, kind)
        }
        "?" | "?|" | "?&" if left.base().as_deref() == Some("jsonb") => {
            let right = right.close(if operator == "?" { "text" } else { "text[]" });
            (left, right, Kind::Known("boolean".to_owned()))
        }
        "@>" | "<@" | "&&" => {
            let is_certain = |side: &Typed| side.base().is_some_and(|base| base == "jsonb" || base.ends_with("[]"));
            let (left, right) =
                if is_certain(&left) || is_certain(&right) { alike(left, right) } else { (left, right) };
            (left, right, Kind::Known("boolean".to_owned()))
        }
        "<<" | "<<=" | ">>" | ">>=" if left.base().as_deref() == Some("inet") => {
            (left, right.close("inet"), Kind::Known("boolean".to_owned()))
        }
        "@@" if left.base().as_deref() == Some("tsvector") => {
            (left, right.close("tsquery"), Kind::Known("boolean".to_owned()))
        }
        _ => (left, right, Kind::Unknown),
    };
    Typed { node: Node::Binary(operator.to_owned(), Box::new(left.node), Box::new(right.node)), kind }
}

/// An open constant takes the type of the other side.
fn alike(left: Typed, right: Typed) -> (Typed, Typed) {
    let (left_family, right_family) = (left.family(), right.family());
    match (left_family, right_family) {
        (Some(kind), None) => (left, right.close(&kind)),
        (None, Some(kind)) => (left.close(&kind), right),
        _ if left.is_open() && right.is_open() => (left.close("text"), right.close("text")),
        _ => (left, right),
    }
}

/// Two numbers, the narrower one cast as the operators between numbers want it.
fn numbers(left: Typed, right: Typed) -> (Typed, Typed) {
    let (Some(from), Some(to)) = (left.base(), right.base()) else { return (left, right) };
    if !is_number(&from) || !is_number(&to) {
        return (left, right);
    }
    match (from.as_str(), to.as_str()) {
        (from, to) if is_float(from) == is_float(to) && is_float(from) => (left, right),
        (from, _) if is_float(from) => (left, right.convert("double precision")),
        (_, to) if is_float(to) => (left.convert("double precision"), right),
        ("numeric", "numeric") => (left, right),
        ("numeric", _) => (left, right.convert("numeric")),
        (_, "numeric") => (left.convert("numeric"), right),
        _ => (left, right),
    }
}

/// A whole number that is only compared, where its width means nothing, or another one whose zeros mean nothing.
fn compared(side: Typed, other: &Typed) -> Typed {
    let is_other_integer = other.base().is_some_and(|base| is_integer(&base));
    let is_other_number = other.base().is_some_and(|base| is_number(&base));
    match side {
        Typed { node: Node::Constant(Some(text), Some(kind)), .. } if is_integer(&kind) && is_other_integer => {
            Typed::known(Node::Constant(Some(text), Some("integer".to_owned())), "integer")
        }
        Typed { node: Node::Constant(Some(text), Some(kind)), .. } if kind == "numeric" && is_other_number => {
            Typed::known(constant_of(Some(&text), "numeric"), "numeric")
        }
        side => side,
    }
}

fn arithmetic(operator: &str, left: Typed, right: Typed) -> (Typed, Typed, Kind) {
    let stamp = |side: &Typed| side.base().is_some_and(|base| base.starts_with("timestamp "));
    let number = |side: &Typed| side.base().is_some_and(|base| is_number(&base));
    if stamp(&left) && right.is_open() && operator == "+" {
        let kind = left.kind.clone();
        return (left, right.close("interval"), kind);
    }
    if stamp(&left) && right.base().as_deref() == Some("interval") && matches!(operator, "+" | "-") {
        let kind = left.kind.clone();
        return (left, right, kind);
    }
    let (left, right) = if number(&left) || number(&right) { alike(left, right) } else { (left, right) };
    let (left, right) = numbers(left, right);
    let rank = |side: &Typed| side.base().as_deref().and_then(number_rank);
    let kind = match (rank(&left), rank(&right)) {
        // Of a real and anything else but a real the result is double.
        (Some(left), Some(right)) => Kind::Known(NUMBERS[left.max(right)].to_owned()),
        _ => Kind::Unknown,
    };
    (left, right, kind)
}

fn concatenation(left: Typed, right: Typed) -> (Typed, Typed, Kind) {
    let certain = |side: &Typed| side.family().filter(|kind| kind == "text" || kind == "jsonb" || kind.ends_with("[]"));
    match (certain(&left), certain(&right)) {
        (Some(kind), None) if right.is_open() => {
            let right = right.close(&kind);
            (left, right, Kind::Known(kind))
        }
        (None, Some(kind)) if left.is_open() => {
            let left = left.close(&kind);
            (left, right, Kind::Known(kind))
        }
        (Some(kind), Some(other)) if kind == other => (left, right, Kind::Known(kind)),
        (Some(kind), None) | (None, Some(kind)) if kind == "text" => (left, right, Kind::Known(kind)),
        _ if left.is_open() && right.is_open() => {
            (left.close("text"), right.close("text"), Kind::Known("text".to_owned()))
        }
        _ => (left, right, Kind::Unknown),
    }
}
