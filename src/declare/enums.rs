//! Enums with `DeriveActiveEnum`: the column type they name and the values they can hold.

use syn::{Expr, ItemEnum, Lit, UnOp, Variant};

use super::attrs::{EnumAttrs, VariantAttrs};
use super::cfg::{Condition, condition};
use super::naming;
use super::problem::{Failure, Outcome, Problem};
use super::types::Stored;
use super::workspace::Module;
use super::column_type;
use crate::model::{ColumnType, DataType};

/// Reads an enum with `DeriveActiveEnum`.
pub(super) fn read(module: &Module, item: &ItemEnum) -> Outcome<Stored> {
    let file = module.file;
    let mut problems = Vec::new();
    let said = EnumAttrs::read(file, &item.attrs, &mut problems);
    let mut values = Vec::new();
    let mut numbers = false;
    for variant in &item.variants {
        if let Condition::Unknown(span) = condition(&variant.attrs) {
            let message = format!("whether the value `{}` exists depends on how the crate is built", variant.ident);
            problems.push(Problem::new(file, span, message).hint("remove the condition: a column holds the same values in every build"));
        }
        let own = VariantAttrs::read(file, &variant.attrs, &mut problems);
        match (own.string_value, own.rename.or(said.rename_all)) {
            (Some(value), _) => values.push(value),
            (None, _) if own.number => numbers = true,
            (None, Some(case)) => values.push(case.apply(&variant.ident.to_string())),
            (None, None) if is_number(variant) => numbers = true,
            (None, None) => {
                let message = format!("the variant `{}` does not say which value it stands for", variant.ident);
                let hint = "give it `#[sea_orm(string_value = \"...\")]`, `#[sea_orm(num_value = ...)]` or a number, \
                            or the enum `rename_all`";
                problems.push(Problem::new(file, variant.ident.span(), message).hint(hint));
            }
        }
    }
    let Some(db_type) = &said.db_type else {
        problems.push(
            Problem::new(file, item.ident.span(), format!("the enum `{}` has no `db_type`", item.ident))
                .hint("add `db_type = \"String(StringLen::N(20))\"` or another column type to its `#[sea_orm(...)]`"),
        );
        return Err(Failure(problems));
    };
    let is_string = said.rs_type.as_ref().is_none_or(|kind| matches!(kind.value().as_str(), "String" | "Enum"));
    if numbers && (is_string || !values.is_empty()) {
        let message = format!("the values of the enum `{}` are not all of one kind", item.ident);
        problems.push(Problem::new(file, item.ident.span(), message).hint("give every variant a `string_value`, or every variant a number"));
    }
    let kind = if db_type.value() == "Enum" {
        Ok(DataType::Enum(said.enum_name.unwrap_or_else(|| naming::enum_type(&item.ident.to_string()))))
    } else {
        column_type::read(file, db_type).map(|said| said.kind)
    };
    match kind {
        Ok(kind) if problems.is_empty() => {
            let values = (!numbers).then_some(values);
            Ok(Stored { column_type: ColumnType::written(kind), values })
        }
        Ok(_) => Err(Failure(problems)),
        Err(problem) => {
            problems.push(problem);
            Err(Failure(problems))
        }
    }
}

/// Whether the variant has a number as its discriminant.
fn is_number(variant: &Variant) -> bool {
    let literal = match variant.discriminant.as_ref().map(|(_, value)| value) {
        Some(Expr::Unary(negative)) if matches!(negative.op, UnOp::Neg(_)) => &*negative.expr,
        Some(value) => value,
        None => return false,
    };
    matches!(literal, Expr::Lit(literal) if matches!(literal.lit, Lit::Int(_)))
}
