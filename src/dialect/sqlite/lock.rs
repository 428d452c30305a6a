//! Finds out which other process holds a write lock on a database file, from what Linux tells in `/proc`.
//! Takes no lock itself and opens no database.

use std::path::{Path, PathBuf};

/// The process that holds a write lock, as in ``process 4711 (seachange upgrade head)``.
/// `None` elsewhere than on Linux, when nobody but this process holds one, or when the system does not tell.
pub(in crate::dialect) fn lock_holder(database: &Path) -> Option<String> {
    let locks = std::fs::read_to_string("/proc/locks").ok()?;
    // In WAL mode the lock that writers hold is on the shared memory.
    let files: Vec<(PathBuf, FileId)> = ["", "-shm", "-wal"]
        .into_iter()
        .filter_map(|suffix| {
            let path = with_suffix(database, suffix);
            FileId::of(&path).map(|id| (path, id))
        })
        .collect();
    let process = write_locks(&locks)
        .filter(|lock| lock.process != std::process::id())
        .find(|lock| {
            files.iter().any(|(path, id)| *id == lock.file || id.may_be(&lock.file) && opened(lock.process, path))
        })?
        .process;
    Some(match command(process) {
        Some(command) => format!("process {process} ({command})"),
        None => format!("process {process}"),
    })
}

fn with_suffix(database: &Path, suffix: &str) -> PathBuf {
    let mut path = database.as_os_str().to_owned();
    path.push(suffix);
    path.into()
}

/// Whether the process has the file open, as far as the system tells.
fn opened(process: u32, path: &Path) -> bool {
    let Ok(path) = path.canonicalize() else { return false };
    let Ok(files) = std::fs::read_dir(format!("/proc/{process}/fd")) else { return false };
    files.flatten().any(|file| std::fs::read_link(file.path()).is_ok_and(|target| target == path))
}

/// A line of `/proc/locks`, as in `1: POSIX  ADVISORY  WRITE 4711 08:01:131 1073741825 1073741825`.
#[derive(Debug, Clone, PartialEq, Eq)]
struct Lock {
    process: u32,
    file: FileId,
}

/// The write locks that are held. Lines with an arrow are of those who wait for one.
fn write_locks(locks: &str) -> impl Iterator<Item = Lock> {
    locks.lines().filter_map(|line| {
        let fields: Vec<&str> = line.split_whitespace().collect();
        let [_, "POSIX", _, "WRITE", process, file, ..] = fields.as_slice() else { return None };
        Some(Lock { process: process.parse().ok().filter(|process| *process > 0)?, file: FileId::parse(file)? })
    })
}

/// What the kernel calls a file.
#[derive(Debug, Clone, PartialEq, Eq)]
struct FileId {
    major: u64,
    minor: u64,
    inode: u64,
}

impl FileId {
    /// As `/proc/locks` writes it: `08:01:131`, the device in hexadecimal.
    fn parse(text: &str) -> Option<Self> {
        let mut parts = text.split(':');
        let major = u64::from_str_radix(parts.next()?, 16).ok()?;
        let minor = u64::from_str_radix(parts.next()?, 16).ok()?;
        Some(Self { major, minor, inode: parts.next()?.parse().ok()? })
    }

    #[cfg(target_os = "linux")]
    fn of(path: &Path) -> Option<Self> {
        use std::os::unix::fs::MetadataExt;
        let metadata = std::fs::metadata(path).ok()?;
        let device = metadata.dev();
        // The bits of the two numbers are interleaved in this order since Linux 2.6.
        let major = ((device >> 8) & 0xfff) | ((device >> 32) & !0xfff);
        let minor = (device & 0xff) | ((device >> 12) & !0xff);
        Some(Self { major, minor, inode: metadata.ino() })
    }

    #[cfg(not(target_os = "linux"))]
    fn of(_path: &Path) -> Option<Self> {
        None
    }

    /// Layered file systems have a device of their own, and the locks name the one below; the inode is the same.
    fn may_be(&self, other: &Self) -> bool {
        self.major == 0 && self.inode == other.inode
    }
}

/// The command line of a process, or at least its name.
fn command(process: u32) -> Option<String> {
    let line = std::fs::read(format!("/proc/{process}/cmdline")).unwrap_or_default();
    let words: Vec<String> = line
        .split(|byte| *byte == 0)
        .filter(|word| !word.is_empty())
        .map(|word| String::from_utf8_lossy(word).into_owned())
        .collect();
    let line = command_line(&words);
    if line.is_some() {
        return line;
    }
    let name = std::fs::read_to_string(format!("/proc/{process}/comm")).ok()?;
    Some(name.trim().to_owned()).filter(|name| !name.is_empty())
}

/// The program without its folder, and its arguments without what may be a password, in not too many characters.
fn command_line(words: &[String]) -> Option<String> {
    let (program, arguments) = words.split_first()?;
    let program = program.rsplit('/').next().unwrap_or(program);
    let mut line = program.to_owned();
    for argument in arguments {
        line.push(' ');
        line.push_str(if argument.contains("://") { "…" } else { argument });
    }
    let printable: String = line.chars().map(|letter| if letter.is_control() { ' ' } else { letter }).collect();
    if printable.chars().count() > LONGEST {
        return Some(printable.chars().take(LONGEST).chain(['…']).collect());
    }
    Some(printable)
}

/// How much of a command line is shown.
const LONGEST: usize = 80;

#[cfg(test)]
mod tests {
    use expect_test::{Expect, expect};

    use super::*;

    fn check(locks: &str, expected: &Expect) {
        let found: Vec<String> = write_locks(locks).map(|lock| format!("{lock:?}")).collect();
        expected.assert_eq(&found.join("\n"));
    }

    #[test]
    fn held_write_locks_only() {
        check(
            "1: POSIX  ADVISORY  WRITE 4711 08:1f:131 1073741825 1073741825\n\
             1: -> POSIX  ADVISORY  WRITE 4712 08:1f:131 1073741825 1073741825\n\
             2: POSIX  ADVISORY  READ  4713 08:1f:132 128 128\n\
             3: OFDLCK ADVISORY  WRITE -1 08:1f:133 0 EOF\n\
             4: FLOCK  ADVISORY  WRITE 12 00:2c:9 0 EOF\nnonsense",
            &expect!["Lock { process: 4711, file: FileId { major: 8, minor: 31, inode: 131 } }"],
        );
    }

    #[test]
    fn commands_show_no_urls_and_no_folders() {
        let words = |line: &str| line.split(' ').map(str::to_owned).collect::<Vec<_>>();
        assert_eq!(
            command_line(&words("/usr/bin/seachange upgrade --url postgres://me:secret@host/db")).unwrap(),
            "seachange upgrade --url …"
        );
        assert_eq!(command_line(&words(&"x".repeat(100))).unwrap().chars().count(), 81);
        assert_eq!(command_line(&[]), None);
    }

    #[test]
    fn nobody_holds_a_file_that_is_not_there() {
        assert_eq!(lock_holder(Path::new("/nowhere/at all.db")), None);
    }

    #[cfg(target_os = "linux")]
    #[tokio::test]
    async fn this_process_is_nobody_else() {
        use sea_orm::ConnectionTrait;

        let folder = tempfile::tempdir().unwrap();
        let file = folder.path().join("a b.db");
        let mut options = sea_orm::ConnectOptions::new(format!("sqlite://{}?mode=rwc", file.display()));
        options.max_connections(1);
        let db = sea_orm::Database::connect(options).await.unwrap();
        db.execute_unprepared("CREATE TABLE t (a); BEGIN IMMEDIATE").await.unwrap();
        let id = FileId::of(&file).unwrap();
        let locks = std::fs::read_to_string("/proc/locks").unwrap_or_default();
        // Sandboxes may hide the locks; then there is nothing to see, which is fine as well.
        if !locks.trim().is_empty() {
            let mine = write_locks(&locks)
                .any(|lock| lock.process == std::process::id() && (id == lock.file || id.may_be(&lock.file)));
            assert!(mine, "the lock of this process is found by the file's identity: {id:?} in\n{locks}");
        }
        assert_eq!(lock_holder(&file), None);
    }
}
