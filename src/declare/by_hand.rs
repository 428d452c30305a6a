//! Trait implementations that people write themselves: what their functions come to, variant by variant.
//! Knows the shapes such functions have, and nothing of what they mean to SeaORM.

use syn::{Block, Expr, Ident, ImplItem, ImplItemFn, Item, ItemImpl, Pat, Stmt, Type};

use super::names::Meaning;
use super::workspace::{Module, Workspace};

/// The function of that name in the `impl` of a trait for the item at a place of the module.
pub(super) fn function<'m>(
    workspace: &Workspace,
    module: &'m Module,
    trait_name: &str,
    item: usize,
    name: &str,
) -> Option<&'m ImplItemFn> {
    module.items.iter().find_map(|found| match found {
        Item::Impl(found) if implements(workspace, module, found, trait_name, item) => function_in(found, &[name]),
        _ => None,
    })
}

fn implements(workspace: &Workspace, module: &Module, found: &ItemImpl, trait_name: &str, item: usize) -> bool {
    let Type::Path(target) = &*found.self_ty else { return false };
    found.trait_.as_ref().is_some_and(|(path, _)| path.segments.last().is_some_and(|last| last.ident == trait_name))
        && workspace.resolve(module.id, &target.path) == Ok(Meaning::Item(module.id, item))
}

/// The first function of an `impl` that has one of the names.
pub(super) fn function_in<'m>(found: &'m ItemImpl, names: &[&str]) -> Option<&'m ImplItemFn> {
    found.items.iter().find_map(|item| match item {
        ImplItem::Fn(function) if names.iter().any(|name| function.sig.ident == name) => Some(function),
        _ => None,
    })
}

/// What a function comes to, when its body is one expression.
pub(super) fn result_of(block: &Block) -> Option<&Expr> {
    let statements = block.stmts.iter().filter(|statement| !matches!(statement, Stmt::Item(Item::Use(_))));
    match statements.collect::<Vec<_>>().as_slice() {
        [Stmt::Expr(Expr::Return(result), _)] => result.expr.as_deref(),
        [Stmt::Expr(Expr::Block(inner), None)] => result_of(&inner.block),
        [Stmt::Expr(result, None)] => Some(unwrapped(result)),
        _ => None,
    }
}

/// One arm of a `match self { … }`.
pub(super) struct Arm<'m> {
    /// The variants it is for; none for `_`.
    pub(super) variants: Vec<&'m Ident>,
    /// What it comes to.
    pub(super) result: &'m Expr,
}

/// The arms of a function whose body is `match self { … }`, or a macro such as `panic!` that never comes to anything.
pub(super) fn arms(block: &Block) -> Option<Vec<Arm<'_>>> {
    if let [Stmt::Macro(_)] = block.stmts.as_slice() {
        return Some(Vec::new());
    }
    match result_of(block)? {
        Expr::Match(found) if is_self(&found.expr) => found
            .arms
            .iter()
            .map(|arm| {
                let mut variants = Vec::new();
                let mut is_any = false;
                let is_known = collect(&arm.pat, &mut variants, &mut is_any);
                if is_any {
                    variants.clear();
                }
                is_known.then(|| Arm { variants, result: unwrapped(&arm.body) })
            })
            .collect(),
        Expr::Macro(_) => Some(Vec::new()),
        _ => None,
    }
}

fn is_self(written: &Expr) -> bool {
    match written {
        Expr::Path(path) => path.path.is_ident("self"),
        Expr::Unary(inner) => is_self(&inner.expr),
        Expr::Reference(inner) => is_self(&inner.expr),
        Expr::Paren(inner) => is_self(&inner.expr),
        _ => false,
    }
}

/// The variants a pattern names; `false` for one that does not just name variants.
fn collect<'m>(pattern: &'m Pat, variants: &mut Vec<&'m Ident>, is_any: &mut bool) -> bool {
    match pattern {
        Pat::Wild(_) => {
            *is_any = true;
            true
        }
        Pat::Path(path) => {
            variants.extend(path.path.segments.last().map(|last| &last.ident));
            true
        }
        Pat::Ident(name) if name.subpat.is_none() => {
            // A variant that was imported, or a name for whatever is left.
            if name.ident.to_string().starts_with(|letter: char| letter.is_uppercase()) {
                variants.push(&name.ident);
            } else {
                *is_any = true;
            }
            true
        }
        Pat::Reference(inner) => collect(&inner.pat, variants, is_any),
        Pat::Paren(inner) => collect(&inner.pat, variants, is_any),
        Pat::Or(several) => several.cases.iter().all(|case| collect(case, variants, is_any)),
        _ => false,
    }
}

/// An expression without the braces and parentheses around it.
pub(super) fn unwrapped(written: &Expr) -> &Expr {
    match written {
        Expr::Block(block) => result_of(&block.block).map_or(written, unwrapped),
        Expr::Paren(inner) => unwrapped(&inner.expr),
        // What a macro was given as one expression.
        Expr::Group(inner) => unwrapped(&inner.expr),
        _ => written,
    }
}

/// One call in a chain of methods.
pub(super) struct Call<'m> {
    pub(super) method: &'m Ident,
    pub(super) arguments: Vec<&'m Expr>,
}

/// A chain such as `a().b(1).c()`: what it starts from, and the calls in their order.
pub(super) fn chain(written: &Expr) -> (&Expr, Vec<Call<'_>>) {
    let mut calls = Vec::new();
    let mut start = unwrapped(written);
    while let Expr::MethodCall(call) = start {
        calls.push(Call { method: &call.method, arguments: call.args.iter().collect() });
        start = unwrapped(&call.receiver);
    }
    calls.reverse();
    (start, calls)
}
