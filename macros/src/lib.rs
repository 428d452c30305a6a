#![doc = include_str!("../../docs/attributes.md")]

mod derive;
mod embed;
mod folder;
#[expect(dead_code, reason = "the derive only checks; seachange includes the same files for what they understand")]
mod grammar;

use proc_macro::TokenStream;

/// Checks every `#[seachange(...)]` of the struct and expands to nothing.
///
/// Put it beside SeaORM's own derives, in all formats of entities. What the attributes mean is said on the page above.
#[proc_macro_derive(Seachange, attributes(seachange))]
pub fn seachange(item: TokenStream) -> TokenStream {
    derive::check(item)
}

/// What `seachange::migrations!` is made of; use that.
#[doc(hidden)]
#[proc_macro]
pub fn embed(folder: TokenStream) -> TokenStream {
    embed::embed(folder)
}
