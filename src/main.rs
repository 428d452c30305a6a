//! Parse, run, exit code.

use std::io::Write as _;
use std::process::ExitCode;

use anstream::ColorChoice;
use clap::Parser as _;
use seachange::cli::{Cli, Color};
use seachange::{commands, report};

fn main() -> ExitCode {
    let cli = Cli::parse();
    match cli.global.color {
        Color::Auto => {}
        Color::Always => ColorChoice::Always.write_global(),
        Color::Never => ColorChoice::Never.write_global(),
    }
    let mut stdout = anstream::stdout().lock();
    let mut stderr = anstream::stderr().lock();
    let code = match run(&cli, &mut stdout, &mut stderr) {
        Ok(exit) => exit.code(),
        Err(error) => {
            let _ = stdout.flush();
            let _ = report::error::write(&error, &mut stderr);
            error.exit_code()
        }
    };
    ExitCode::from(code)
}

fn run(
    cli: &Cli,
    out: &mut dyn std::io::Write,
    notes: &mut dyn std::io::Write,
) -> seachange::error::Result<commands::Exit> {
    let folder =
        std::env::current_dir().map_err(|source| seachange::error::Error::Read { path: ".".into(), source })?;
    let runtime = tokio::runtime::Builder::new_current_thread()
        .enable_all()
        .build()
        .map_err(|source| seachange::error::Error::Read { path: folder.clone(), source })?;
    runtime.block_on(commands::run(cli, &folder, out, notes))
}
