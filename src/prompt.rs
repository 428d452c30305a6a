//! Questions for whoever sits at the terminal, and how far a long run is. Decides nothing; without a terminal nobody is asked
//! and nothing is shown.

use std::io::{self, IsTerminal};
use std::time::Duration;

use dialoguer::Select;
use dialoguer::theme::ColorfulTheme;
use indicatif::{ProgressBar, ProgressStyle};

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

/// A line at the bottom of the terminal that says what is going on and since when; it goes away when there is nothing more
/// to say.
pub(crate) fn progress() -> ProgressBar {
    let bar = ProgressBar::no_length();
    // A template that cannot be read would be a mistake of ours, and a plain line is as good.
    if let Ok(style) = ProgressStyle::with_template("{spinner} {wide_msg} {elapsed}") {
        bar.set_style(style);
    }
    bar
}

/// Shows the line from now on.
pub(crate) fn start(progress: &ProgressBar) {
    progress.reset();
    progress.enable_steady_tick(Duration::from_millis(120));
}

impl Ask for Terminal {
    fn choose(&mut self, question: &str, choices: &[String]) -> io::Result<Option<usize>> {
        let theme = ColorfulTheme::default();
        let select = Select::with_theme(&theme).with_prompt(question).items(choices).default(0);
        select.interact_opt().map_err(|dialoguer::Error::IO(source)| source)
    }
}
