//! The values of constants, where an attribute or a hand-written implementation names one.
//! Knows literals, other constants and the arithmetic people write in lengths; nothing is evaluated beyond that.

use syn::{BinOp, Expr, ExprBinary, Item, Lit, LitInt};

use super::by_hand;
use super::names::Meaning;
use super::workspace::{Module, Workspace};

/// Constants of constants deeper than this are taken to go in circles.
const DEEPEST: usize = 16;

/// The literal an expression of a module comes to, if that can be told.
pub(super) fn value(workspace: &Workspace, module: &Module, expression: &Expr) -> Option<Lit> {
    read(workspace, module, expression, 0)
}

fn read(workspace: &Workspace, module: &Module, expression: &Expr, depth: usize) -> Option<Lit> {
    if depth > DEEPEST {
        return None;
    }
    match by_hand::unwrapped(expression) {
        Expr::Lit(literal) => Some(literal.lit.clone()),
        Expr::Reference(inner) => read(workspace, module, &inner.expr, depth + 1),
        Expr::Cast(cast) => read(workspace, module, &cast.expr, depth + 1),
        Expr::Path(path) => {
            let Meaning::Item(owner, item) = workspace.resolve_constant(module.id, &path.path).ok()? else {
                return None;
            };
            let owner = workspace.module(owner);
            match owner.items.get(item)? {
                Item::Const(item) => read(workspace, &owner, &item.expr, depth + 1),
                Item::Static(item) => read(workspace, &owner, &item.expr, depth + 1),
                _ => None,
            }
        }
        Expr::Binary(both) => arithmetic(workspace, module, both, depth),
        _ => None,
    }
}

fn arithmetic(workspace: &Workspace, module: &Module, both: &ExprBinary, depth: usize) -> Option<Lit> {
    let number = |side: &Expr| match read(workspace, module, side, depth + 1)? {
        Lit::Int(number) => number.base10_parse::<i64>().ok(),
        _ => None,
    };
    let (left, right) = (number(&both.left)?, number(&both.right)?);
    let result = match both.op {
        BinOp::Add(_) => left.checked_add(right)?,
        BinOp::Sub(_) => left.checked_sub(right)?,
        BinOp::Mul(_) => left.checked_mul(right)?,
        BinOp::Div(_) => left.checked_div(right)?,
        _ => return None,
    };
    // A literal has no sign.
    (result >= 0).then(|| Lit::Int(LitInt::new(&result.to_string(), proc_macro2::Span::call_site())))
}
