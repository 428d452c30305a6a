//! Values that copies share.

use std::ops::{Deref, DerefMut};
use std::sync::Arc;

/// A value that its copies share until one of them changes: a schema is copied at every step of a comparison, and most of
/// its tables are the same in all of them. Two copies of one value are equal without being looked at.
///
/// Changing goes through `&mut`, and takes a copy where the value is shared. What is only looked at must therefore be
/// looked at through `&`.
///
/// ```
/// use seachange::model::{Shared, Table, TableName};
///
/// let one: Shared<Table> = Table::new(TableName::new("users")).into();
/// let mut other = one.clone();
/// other.comment = Some("people".to_owned());
/// assert_eq!(one.comment, None);
/// ```
#[derive(Debug, PartialEq, Eq, Default)]
pub struct Shared<T>(Arc<T>);

impl<T: Clone> Shared<T> {
    /// The value, copied when others still have it.
    pub fn into_inner(self) -> T {
        Arc::unwrap_or_clone(self.0)
    }
}

impl<T> Clone for Shared<T> {
    fn clone(&self) -> Self {
        Self(Arc::clone(&self.0))
    }
}

impl<T> From<T> for Shared<T> {
    fn from(value: T) -> Self {
        Self(Arc::new(value))
    }
}

impl<T> Deref for Shared<T> {
    type Target = T;

    fn deref(&self) -> &T {
        &self.0
    }
}

impl<T: Clone> DerefMut for Shared<T> {
    fn deref_mut(&mut self) -> &mut T {
        Arc::make_mut(&mut self.0)
    }
}
