//! Questions for whoever sits at the terminal. Decides nothing; without a terminal nobody is asked.

use std::io::{self, IsTerminal};

use dialoguer::Select;
use dialoguer::theme::ColorfulTheme;

/// Somebody who answers.
pub trait Ask {
    /// Which of the choices it is; `None` when there is no answer.
    ///
    /// # Errors
    /// The terminal is gone.
    fn choose(&mut self, question: &str, choices: &[String]) -> io::Result<Option<usize>>;
}

/// The person at the terminal.
#[derive(Debug)]
pub struct Terminal(());

impl Terminal {
    /// There is one when both what is asked and what is answered goes through it; what is printed may go elsewhere.
    pub fn here() -> Option<Self> {
        (io::stdin().is_terminal() && io::stderr().is_terminal()).then_some(Self(()))
    }
}

impl Ask for Terminal {
    fn choose(&mut self, question: &str, choices: &[String]) -> io::Result<Option<usize>> {
        let theme = ColorfulTheme::default();
        let select = Select::with_theme(&theme).with_prompt(question).items(choices).default(0);
        select.interact_opt().map_err(|dialoguer::Error::IO(source)| source)
    }
}
