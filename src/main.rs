//! Parse, run, exit code.

use std::io::Write;
use std::process::ExitCode;

use anstream::ColorChoice;
use clap::Parser as _;
use seachange::cli::{Cli, Color};
use seachange::commands::{self, Exit};
use seachange::error::{Error, Result};
use seachange::prompt::{Ask, Terminal};
use seachange::report;

/// Reading sources is mostly making and dropping small things.
#[global_allocator]
static ALLOCATOR: mimalloc::MiMalloc = mimalloc::MiMalloc;

fn main() -> ExitCode {
    let cli = Cli::parse();
    match cli.global.color {
        Color::Auto => {}
        Color::Always => ColorChoice::Always.write_global(),
        Color::Never => ColorChoice::Never.write_global(),
    }
    let mut stdout = anstream::stdout().lock();
    let mut stderr = anstream::stderr().lock();
    match run(&cli, &mut stdout, &mut stderr) {
        Ok(exit) => ExitCode::from(exit.code()),
        // Who reads no further needs no message. The code is that of a program which the system ends for it.
        Err(error) if error.is_closed_pipe() => ExitCode::from(141),
        Err(error) => {
            // Nothing can be said any more when these are closed; the exit code still tells.
            let _ = stdout.flush();
            let _ = report::error::write(&error, &std::env::current_dir().unwrap_or_default(), &mut stderr);
            ExitCode::from(error.exit_code())
        }
    }
}

fn run(cli: &Cli, out: &mut dyn Write, notes: &mut dyn Write) -> Result<Exit> {
    let here = |source| Error::Read { path: ".".into(), source };
    let folder = std::env::current_dir().map_err(here)?;
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().map_err(here)?;
    let mut terminal = Terminal::here();
    let ask = terminal.as_mut().map(|terminal| terminal as &mut dyn Ask);
    runtime.block_on(commands::run(cli, &folder, out, notes, ask))
}
