//! `create 7 "Moon base"`, `show 7` and `ready 7`, on the projects below `PROJECTS`: a folder, or the URL of a PostgreSQL
//! database.
#![expect(clippy::print_stdout, clippy::disallowed_methods, reason = "a program of its own")]

use std::error::Error;
use std::process::ExitCode;

use orchestrator_example::Home;

#[tokio::main(flavor = "current_thread")]
async fn main() -> Result<ExitCode, Box<dyn Error>> {
    let place = std::env::var("PROJECTS").unwrap_or_else(|_| "data".to_owned());
    let home = if place.starts_with("postgres") { Home::Server(place) } else { Home::Folder(place.into()) };
    let arguments: Vec<String> = std::env::args().skip(1).collect();
    match arguments.iter().map(String::as_str).collect::<Vec<_>>().as_slice() {
        ["create", id, name] => {
            home.create(id.parse()?, name).await?;
            println!("made `{name}`");
        }
        ["show", id] => println!("{}", home.name_of(id.parse()?).await?),
        ["ready", id] => {
            let state = home.state(id.parse()?).await?;
            println!("{state}");
            if !state.is_ready() {
                return Ok(ExitCode::FAILURE);
            }
        }
        _ => return Err("say `create ID NAME`, `show ID` or `ready ID`".into()),
    }
    Ok(ExitCode::SUCCESS)
}
