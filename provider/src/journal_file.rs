//! The journal of creates, updates and deletes as files: one for each stack and API, below Pulumi's home directory, with one JSON
//! line for each event.
//!
//! A process that creates objects holds a lock of a file with its ID while it runs (`process-<id>.lock`). The operating system
//! releases it when the process ends in any way. The ID is random, because the operating system uses its process IDs again.
//!
//! If the directory cannot be written, the debug log reports it, and operations continue without a journal.

use std::fs::{self, File, OpenOptions};
use std::io::{self, Read, Seek, Write};
use std::path::{Path, PathBuf};
use std::sync::OnceLock;
use std::time::Duration;

use engine::{Attempt, Journal, Line, Unfinished};
use rules::rng::Rng;
use sha2::{Digest, Sha256};

use crate::rng::LocalRng;

/// The journals of all stacks.
pub(crate) struct JournalFiles {
    directory: PathBuf,
    /// Distinguishes stacks with the same name in different accounts.
    account: String,
    /// The ID of this process, and the locked file with this ID, from the first create on; `None` if the file cannot be created.
    process: OnceLock<Option<(String, File)>>,
}

/// How long the creates in a file stay there after they are finished: a new object that is not found may not be visible yet.
const RECENT: Duration = Duration::from_mins(1);

/// The size above which a file is rewritten without its closed entries.
const LARGE: u64 = 256 * 1024;

impl JournalFiles {
    /// `account` distinguishes stacks with the same name: the URL of the API and the project.
    pub(crate) fn new(directory: PathBuf, account: &str) -> Self {
        Self { directory, account: account.to_owned(), process: OnceLock::new() }
    }

    fn path(&self, stack: &str) -> PathBuf {
        let digest = Sha256::digest(format!("{}\n{stack}", self.account));
        let name = digest.iter().take(16).fold(0_u128, |name, byte| (name << 8) | u128::from(*byte));
        self.directory.join(format!("creates-{name:032x}.jsonl"))
    }

    fn read(&self, path: &Path) -> io::Result<Unfinished> {
        let mut file = OpenOptions::new().read(true).write(true).open(path)?;
        file.lock()?;
        let mut text = String::new();
        file.read_to_string(&mut text)?;
        let mut open = unfinished(&text);
        let is_old = file.metadata()?.modified()?.elapsed().is_ok_and(|age| age > RECENT);
        if open.is_empty() && is_old {
            file.set_len(0)?;
        } else if text.len() as u64 > LARGE {
            let kept: Vec<String> = open.lines().map(|line| serde_json::to_string(&line)).collect::<Result<_, _>>()?;
            file.rewind()?;
            file.set_len(0)?;
            file.write_all(format!("{}\n", kept.join("\n")).as_bytes())?;
        }
        let own = self.process.get().and_then(Option::as_ref).map(|(own, _)| own);
        open.creates.retain(|attempt| own != Some(&attempt.process));
        open.running = open.creates.extract_if(.., |attempt| self.is_running(&attempt.process)).collect();
        Ok(open)
    }

    /// Claims an attempt while no other process can write to the file.
    fn try_claim(&self, stack: &str, attempt: &Attempt, process: String) -> io::Result<bool> {
        let mut file = OpenOptions::new().read(true).append(true).open(self.path(stack))?;
        file.lock()?;
        let mut text = String::new();
        file.read_to_string(&mut text)?;
        let is_open = |other: &Attempt| other.urn == attempt.urn && other.process == attempt.process;
        let can_claim = unfinished(&text).creates.iter().any(is_open);
        if can_claim {
            let line = Line::Claimed { urn: attempt.urn.clone(), from: attempt.process.clone(), process };
            write_line(&mut file, &line)?;
        }
        Ok(can_claim)
    }

    /// Creates and locks the file of this process, and removes those of processes that have ended.
    fn create_process_lock(&self) -> io::Result<(String, File)> {
        create_private(&self.directory)?;
        // Another process must not remove the file before it is locked.
        let directory_lock = open_private(&self.directory.join("processes.lock"))?;
        directory_lock.lock()?;
        for entry in fs::read_dir(&self.directory)?.flatten() {
            let name = entry.file_name();
            let process = name.to_str().and_then(|name| name.strip_prefix("process-")?.strip_suffix(".lock"));
            if process.is_some_and(|process| !self.is_running(process))
                && let Err(error) = fs::remove_file(entry.path())
            {
                tracing::debug!(%error, "the lock file of a process that has ended cannot be removed");
            }
        }
        let mut bytes = [0; 16];
        LocalRng.fill(&mut bytes)?;
        let process = format!("{:032x}", u128::from_be_bytes(bytes));
        let file = open_private(&self.process_path(&process))?;
        file.lock()?;
        Ok((process, file))
    }

    fn process_path(&self, process: &str) -> PathBuf {
        self.directory.join(format!("process-{process}.lock"))
    }

    /// Whether a process is running: it is not if its file does not exist or is not locked. Lines of earlier versions have no
    /// process.
    fn is_running(&self, process: &str) -> bool {
        if process.is_empty() || !process.bytes().all(|byte| byte.is_ascii_hexdigit()) {
            return false;
        }
        match OpenOptions::new().read(true).open(self.process_path(process)) {
            // A shared lock, so that two checks at the same time do not affect each other.
            Ok(file) => file.try_lock_shared().is_err(),
            Err(error) => error.kind() != io::ErrorKind::NotFound,
        }
    }

    fn append(&self, stack: &str, line: &Line) -> io::Result<()> {
        create_private(&self.directory)?;
        let mut file = open_private(&self.path(stack))?;
        file.lock()?;
        write_line(&mut file, line)
    }
}

/// Adds a line. The line break comes first, so that an incomplete line of a killed process affects no other line.
fn write_line(file: &mut File, line: &Line) -> io::Result<()> {
    file.write_all(format!("\n{}", serde_json::to_string(line)?).as_bytes())
}

/// The unfinished operations in a file. A killed process may have written an incomplete line.
fn unfinished(text: &str) -> Unfinished {
    engine::unfinished(text.lines().filter_map(|line| serde_json::from_str::<Line>(line).ok()))
}

impl Journal for JournalFiles {
    fn unfinished(&self, stack: &str) -> Option<Unfinished> {
        match self.read(&self.path(stack)) {
            Ok(open) => Some(open),
            Err(error) if error.kind() == io::ErrorKind::NotFound => None,
            Err(error) => {
                tracing::debug!(%error, "the journal cannot be read");
                None
            }
        }
    }

    fn write(&self, stack: &str, line: &Line) {
        if let Err(error) = self.append(stack, line) {
            tracing::debug!(%error, "the journal cannot be written");
        }
    }

    fn process(&self) -> String {
        let create = || match self.create_process_lock() {
            Ok(created) => Some(created),
            Err(error) => {
                tracing::debug!(%error, "the journal cannot show that this process is running");
                None
            }
        };
        self.process.get_or_init(create).as_ref().map(|(process, _)| process.clone()).unwrap_or_default()
    }

    fn claim(&self, stack: &str, attempt: &Attempt) -> bool {
        self.try_claim(stack, attempt, self.process()).unwrap_or_else(|error| {
            tracing::debug!(%error, "the journal cannot be written");
            true
        })
    }
}

#[cfg(unix)]
fn create_private(directory: &Path) -> io::Result<()> {
    use std::os::unix::fs::DirBuilderExt;

    if directory.is_dir() {
        return Ok(());
    }
    if let Some(parent) = directory.parent() {
        fs::create_dir_all(parent)?;
    }
    match fs::DirBuilder::new().mode(0o700).create(directory) {
        Err(error) if error.kind() == io::ErrorKind::AlreadyExists => Ok(()),
        created => created,
    }
}

#[cfg(windows)]
fn create_private(directory: &Path) -> io::Result<()> {
    fs::create_dir_all(directory)
}

#[cfg(unix)]
fn open_private(path: &Path) -> io::Result<File> {
    use std::os::unix::fs::OpenOptionsExt;

    OpenOptions::new().append(true).create(true).mode(0o600).open(path)
}

/// Windows locks only files that are also open for reading. The home directory of a user is private there.
#[cfg(windows)]
fn open_private(path: &Path) -> io::Result<File> {
    OpenOptions::new().read(true).append(true).create(true).open(path)
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]

    use super::*;

    const STACK: &str = "urn:pulumi:dev::app";

    fn began(name: &str) -> Line {
        let urn = format!("{STACK}::a:b:C::{name}");
        serde_json::from_value(serde_json::json!({
            "began": { "urn": urn, "token": "b:C", "began": "2026-01-01T00:00:00Z", "name": name }
        }))
        .unwrap()
    }

    fn directory(name: &str) -> PathBuf {
        let directory = std::env::temp_dir().join(format!("evalap-journal-{}-{name}", std::process::id()));
        let _ = fs::remove_dir_all(&directory);
        directory.join("below")
    }

    #[test]
    fn attempt_is_read_by_the_next_process_until_it_is_closed() {
        let directory = directory("next");
        let journal = || JournalFiles::new(directory.clone(), "account");
        assert_eq!(journal().unfinished(STACK), None, "no journal yet");
        journal().write(STACK, &began("one"));
        journal().write(STACK, &began("two"));
        journal().append(STACK, &Line::Closed { urn: format!("{STACK}::a:b:C::one"), process: String::new() }).unwrap();
        fs::write(
            journal().path(STACK),
            format!("{}\n{{\"made\": {{\"urn", fs::read_to_string(journal().path(STACK)).unwrap()),
        )
        .unwrap();
        let id = "fr-par/1".to_owned();
        journal()
            .write(STACK, &Line::Made { urn: format!("{STACK}::a:b:C::two"), id: id.clone(), process: String::new() });
        let open = journal().unfinished(STACK).unwrap();
        assert_eq!(
            open.creates.iter().map(|one| (one.name.as_deref(), one.id.as_ref())).collect::<Vec<_>>(),
            [(Some("two"), Some(&id))]
        );
        assert_eq!(JournalFiles::new(directory.clone(), "another account").unfinished(STACK), None);
        journal().write(STACK, &Line::Closed { urn: format!("{STACK}::a:b:C::two"), process: String::new() });
        let finished = journal().unfinished(STACK).unwrap();
        assert_eq!(
            (finished.is_empty(), finished.created),
            (true, vec![(id, "2026-01-01T00:00:00Z".parse().unwrap())])
        );
        let file = OpenOptions::new().append(true).open(journal().path(STACK)).unwrap();
        file.set_modified(file.metadata().unwrap().modified().unwrap() - RECENT * 2).unwrap();
        journal().unfinished(STACK).unwrap();
        assert_eq!(journal().unfinished(STACK), Some(Unfinished::default()));
        assert_eq!(fs::metadata(journal().path(STACK)).unwrap().len(), 0, "old finished entries are removed");
    }

    #[test]
    fn attempt_of_a_running_process_is_claimed_when_it_has_ended() {
        let directory = directory("running");
        let journal = || JournalFiles::new(directory.clone(), "account");
        let (first, second, third) = (journal(), journal(), journal());
        let Line::Began(attempt) = began("one") else { panic!() };
        let process = first.process();
        first.write(STACK, &Line::Began(Attempt { process: process.clone(), ..attempt.clone() }));
        let open = |journal: &JournalFiles| {
            let open = journal.unfinished(STACK).unwrap();
            (open.creates.len(), open.running.len())
        };
        assert_eq!([open(&first), open(&second)], [(0, 0), (0, 1)]);
        drop(first);
        assert_eq!([open(&second), open(&third)], [(1, 0); 2]);
        let attempt = second.unfinished(STACK).unwrap().creates.remove(0);
        assert!(second.claim(STACK, &attempt), "the process has ended");
        assert!(!third.claim(STACK, &attempt), "another process has claimed it");
        assert_eq!([open(&second), open(&third)], [(0, 0), (0, 1)]);
        assert!(!third.process_path(&process).exists(), "files of processes that have ended are removed");
        drop((second, third));
        assert_eq!(open(&journal()), (1, 0));
    }

    #[test]
    fn attempt_is_not_claimed_while_its_lock_file_cannot_be_read() {
        let directory = directory("unreadable");
        let journal = JournalFiles::new(directory.clone(), "account");
        journal.write(STACK, &began("one"));
        let Line::Began(attempt) = began("one") else { panic!() };
        let process = "00ff".to_owned();
        journal.write(STACK, &Line::Began(Attempt { process: process.clone(), ..attempt }));
        // A link to itself cannot be opened, by the root user neither, and it is not missing.
        #[cfg(unix)]
        std::os::unix::fs::symlink(journal.process_path(&process), journal.process_path(&process)).unwrap();
        #[cfg(windows)]
        fs::create_dir(journal.process_path(&process)).unwrap();
        let open = journal.unfinished(STACK).unwrap();
        assert_eq!((open.creates.len(), open.running.len()), (1, 1));
        assert_eq!(journal.process().len(), 32, "the file of another process does not prevent an own one");
        assert!(fs::symlink_metadata(journal.process_path(&process)).is_ok(), "its file is kept");
    }

    #[test]
    fn process_without_a_lock_file_has_no_id_until_it_ends() {
        let directory = directory("no-id");
        fs::create_dir_all(directory.parent().unwrap()).unwrap();
        fs::write(&directory, "a file instead of a directory").unwrap();
        let journal = JournalFiles::new(directory.clone(), "account");
        assert_eq!(journal.process(), "");
        fs::remove_file(&directory).unwrap();
        assert_eq!(journal.process(), "", "the ID does not change within a create");
    }

    #[test]
    fn attempt_of_an_earlier_version_has_no_process_and_is_claimed() {
        let directory = directory("earlier");
        let journal = JournalFiles::new(directory, "account");
        journal.write(STACK, &began("one"));
        let attempt = journal.unfinished(STACK).unwrap().creates.remove(0);
        assert_eq!(attempt.process, "");
        assert!(journal.claim(STACK, &attempt) && !journal.claim(STACK, &attempt));
    }

    #[cfg(unix)]
    #[test]
    fn only_the_user_may_read_the_journal() {
        use std::os::unix::fs::PermissionsExt;

        let directory = directory("mode");
        let journal = JournalFiles::new(directory.clone(), "account");
        journal.write(STACK, &began("one"));
        let mode = |path: &Path| fs::metadata(path).unwrap().permissions().mode() & 0o777;
        assert_eq!((mode(&directory), mode(&journal.path(STACK))), (0o700, 0o600));
    }

    #[test]
    fn unwritable_directory_is_not_a_failure() {
        let journal = JournalFiles::new(directory("unwritable"), "account");
        journal.write(STACK, &began("one"));
        let inside_of_a_file = JournalFiles::new(journal.path(STACK).join("x"), "account");
        inside_of_a_file.write(STACK, &began("one"));
        assert_eq!(inside_of_a_file.unfinished(STACK), None);
    }
}
