//! The journal of creates, updates and deletes as files: one for each stack and API, below Pulumi's home directory, with one JSON
//! line for each event.
//!
//! If the directory cannot be written, the debug log reports it, and operations continue without a journal.

use std::fs::{self, File, OpenOptions};
use std::io::{self, Read, Seek, Write};
use std::path::{Path, PathBuf};
use std::time::Duration;

use engine::{Journal, Line, Unfinished};
use sha2::{Digest, Sha256};

/// The journals of all stacks.
pub(crate) struct JournalFiles {
    directory: PathBuf,
    /// Distinguishes stacks with the same name in different accounts.
    account: String,
}

/// How long the creates in a file stay there after they are finished: a new object that is not found may not be visible yet.
const RECENT: Duration = Duration::from_mins(1);

/// The size above which a file is rewritten without its closed entries.
const LARGE: u64 = 256 * 1024;

impl JournalFiles {
    /// `account` distinguishes stacks with the same name: the URL of the API and the project.
    pub(crate) fn new(directory: PathBuf, account: &str) -> Self {
        Self { directory, account: account.to_owned() }
    }

    fn path(&self, stack: &str) -> PathBuf {
        let digest = Sha256::digest(format!("{}\n{stack}", self.account));
        let name = digest.iter().take(16).fold(0_u128, |name, byte| (name << 8) | u128::from(*byte));
        self.directory.join(format!("creates-{name:032x}.jsonl"))
    }

    fn read(path: &Path) -> io::Result<Unfinished> {
        let mut file = OpenOptions::new().read(true).write(true).open(path)?;
        file.lock()?;
        let mut text = String::new();
        file.read_to_string(&mut text)?;
        // A killed process may have written an incomplete line.
        let lines = text.lines().filter_map(|line| serde_json::from_str::<Line>(line).ok());
        let open = engine::unfinished(lines);
        let is_old = file.metadata()?.modified()?.elapsed().is_ok_and(|age| age > RECENT);
        if open.is_empty() && is_old {
            file.set_len(0)?;
        } else if text.len() as u64 > LARGE {
            let kept: Vec<String> = open.lines().map(|line| serde_json::to_string(&line)).collect::<Result<_, _>>()?;
            file.rewind()?;
            file.set_len(0)?;
            file.write_all(format!("{}\n", kept.join("\n")).as_bytes())?;
        }
        Ok(open)
    }

    fn append(&self, stack: &str, line: &Line) -> io::Result<()> {
        create_private(&self.directory)?;
        let mut file = open_private(&self.path(stack))?;
        file.lock()?;
        // The line break comes first, so that an incomplete line of a killed process affects no other line.
        file.write_all(format!("\n{}", serde_json::to_string(line)?).as_bytes())
    }
}

impl Journal for JournalFiles {
    fn unfinished(&self, stack: &str) -> Option<Unfinished> {
        match Self::read(&self.path(stack)) {
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
        journal().append(STACK, &Line::Closed { urn: format!("{STACK}::a:b:C::one") }).unwrap();
        fs::write(
            journal().path(STACK),
            format!("{}\n{{\"made\": {{\"urn", fs::read_to_string(journal().path(STACK)).unwrap()),
        )
        .unwrap();
        let id = "fr-par/1".to_owned();
        journal().write(STACK, &Line::Made { urn: format!("{STACK}::a:b:C::two"), id: id.clone() });
        let open = journal().unfinished(STACK).unwrap();
        assert_eq!(
            open.creates.iter().map(|one| (one.name.as_deref(), one.id.as_ref())).collect::<Vec<_>>(),
            [(Some("two"), Some(&id))]
        );
        assert_eq!(JournalFiles::new(directory.clone(), "another account").unfinished(STACK), None);
        journal().write(STACK, &Line::Closed { urn: format!("{STACK}::a:b:C::two") });
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
