//! Questions for whoever sits at the terminal, and how far a long run is. Decides nothing; without a terminal nobody is asked
//! and nothing is shown.

use std::io::{self, IsTerminal};
use std::pin::pin;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::Duration;

use dialoguer::Select;
use dialoguer::theme::ColorfulTheme;
use indicatif::{ProgressBar, ProgressDrawTarget, ProgressStyle};

/// How often the line is drawn.
const TICK: Duration = Duration::from_millis(120);

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

/// A line at the bottom of the terminal that says what is going on and since when, and that goes away again. It is drawn by
/// whoever waits and by no other thread, since the output belongs to that one.
#[derive(Debug, Clone)]
pub(crate) struct Progress {
    bar: ProgressBar,
    is_shown: Arc<AtomicBool>,
}

impl Progress {
    /// On the terminal, if there is one.
    pub(crate) fn new() -> Self {
        let bar = ProgressBar::with_draw_target(None, ProgressDrawTarget::stderr());
        // A template that cannot be read would be a mistake of ours, and a plain line is as good.
        if let Ok(style) = ProgressStyle::with_template("{spinner} {wide_msg} {elapsed}") {
            bar.set_style(style);
        }
        Self { bar, is_shown: Arc::default() }
    }

    /// Nowhere.
    pub(crate) fn hidden() -> Self {
        Self { bar: ProgressBar::hidden(), is_shown: Arc::default() }
    }

    /// Shows the line until something is done.
    pub(crate) async fn during<T>(&self, work: impl Future<Output = T>) -> T {
        let mut work = pin!(work);
        self.bar.reset();
        self.is_shown.store(true, Ordering::Relaxed);
        let done = loop {
            tokio::select! {
                done = &mut work => break done,
                () = tokio::time::sleep(TICK) => self.bar.tick(),
            }
        };
        self.is_shown.store(false, Ordering::Relaxed);
        self.bar.finish_and_clear();
        done
    }

    /// Says what is going on.
    pub(crate) fn say(&self, text: String) {
        self.bar.set_message(text);
    }

    /// Writes something above the line.
    pub(crate) fn above<T>(&self, write: impl FnOnce() -> T) -> T {
        if self.is_shown.load(Ordering::Relaxed) { self.bar.suspend(write) } else { write() }
    }
}

impl Ask for Terminal {
    fn choose(&mut self, question: &str, choices: &[String]) -> io::Result<Option<usize>> {
        let theme = ColorfulTheme::default();
        let select = Select::with_theme(&theme).with_prompt(question).items(choices).default(0);
        select.interact_opt().map_err(|dialoguer::Error::IO(source)| source)
    }
}
