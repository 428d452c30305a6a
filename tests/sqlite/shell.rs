//! Runs the SQL of its standard input on the SQLite it carries with it, up to the first error: `PROGRAM FILE < SCRIPT`.
//! Without a file it says which SQLite that is. What queries give is not shown.

use std::ffi::{CStr, CString};
use std::io::Read;
use std::ptr;

use libsqlite3_sys as sqlite;

fn main() {
    let Some(file) = std::env::args().nth(1) else {
        // SAFETY: a constant text of the library.
        let version = unsafe { CStr::from_ptr(sqlite::sqlite3_libversion()) };
        return println!("{}", version.to_string_lossy());
    };
    let mut script = String::new();
    std::io::stdin().read_to_string(&mut script).expect("a script");
    if let Err(message) = run(&file, &script) {
        eprintln!("{message}");
        std::process::exit(1);
    }
}

fn run(file: &str, script: &str) -> Result<(), String> {
    let (file, script) = (c_string(file)?, c_string(script)?);
    let mut db = ptr::null_mut();
    // SAFETY: both texts live until the end; the connection is used by nobody else and closed once, with what it says
    // about an error read before.
    unsafe {
        let mut code = sqlite::sqlite3_open(file.as_ptr(), &mut db);
        if code == sqlite::SQLITE_OK {
            code = sqlite::sqlite3_exec(db, script.as_ptr(), None, ptr::null_mut(), ptr::null_mut());
        }
        let message = CStr::from_ptr(sqlite::sqlite3_errmsg(db)).to_string_lossy().into_owned();
        sqlite::sqlite3_close(db);
        if code == sqlite::SQLITE_OK { Ok(()) } else { Err(message) }
    }
}

fn c_string(text: &str) -> Result<CString, String> {
    CString::new(text).map_err(|error| error.to_string())
}
