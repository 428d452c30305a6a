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

impl<T: Clone + PartialEq> Shared<T> {
    /// Changes the value, which stays shared where the change leaves it as it was. With nobody else there, it is changed in
    /// its place.
    ///
    /// # Errors
    /// Those of the change, which may have happened in part then.
    ///
    /// ```
    /// use std::convert::Infallible;
    ///
    /// use seachange::model::{Shared, Table, TableName};
    ///
    /// let one: Shared<Table> = Table::new(TableName::new("users")).into();
    /// let mut other = one.clone();
    /// other.change(|table| Ok::<_, Infallible>(table.comment = None)).unwrap();
    /// assert!(other.is_one_with(&one));
    /// ```
    pub fn change<E>(&mut self, change: impl FnOnce(&mut T) -> Result<(), E>) -> Result<(), E> {
        if let Some(value) = Arc::get_mut(&mut self.0) {
            return change(value);
        }
        let mut value = T::clone(&self.0);
        change(&mut value)?;
        if value != *self.0 {
            self.0 = Arc::new(value);
        }
        Ok(())
    }
}

impl<T> Shared<T> {
    /// Whether both are the same value in the same place.
    pub fn is_one_with(&self, other: &Self) -> bool {
        Arc::ptr_eq(&self.0, &other.0)
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
