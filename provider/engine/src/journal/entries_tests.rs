//! The entries of the journal: attempts of several processes, updates and deletes.

use std::collections::BTreeSet;

use super::*;
use crate::journal::unfinished;

const URN: &str = "urn:pulumi:dev::app::a:b:C::main";

fn attempt(urn: &str) -> Attempt {
    Attempt {
        urn: urn.to_owned(),
        token: "b:C".to_owned(),
        began: Timestamp::UNIX_EPOCH,
        by_server: false,
        name: None,
        locality: None,
        project: None,
        before: Vec::new(),
        inputs: None,
        expected_id: None,
        id: None,
        process: String::new(),
    }
}

/// A process that uses the same lines as others.
struct KeptBy {
    kept: Arc<Kept>,
    process: &'static str,
    running: Arc<Mutex<HashSet<&'static str>>>,
}

impl Journal for KeptBy {
    fn unfinished(&self, stack: &str) -> Option<Unfinished> {
        let mut open = self.kept.unfinished(stack)?;
        open.creates.retain(|attempt| attempt.process != self.process);
        let running = lock(&self.running);
        open.running = open.creates.extract_if(.., |attempt| running.contains(attempt.process.as_str())).collect();
        Some(open)
    }

    fn write(&self, stack: &str, line: &Line) {
        self.kept.write(stack, line);
    }

    fn process(&self) -> String {
        self.process.to_owned()
    }

    fn claim(&self, stack: &str, attempt: &Attempt) -> bool {
        let all = self.kept.unfinished(stack).unwrap().creates;
        let is_open = all.iter().any(|other| other.is_of(&attempt.urn, &attempt.process));
        let (urn, from) = (attempt.urn.clone(), attempt.process.clone());
        if is_open {
            self.write(stack, &Line::Claimed { urn, from, process: self.process() });
        }
        is_open
    }
}

#[test]
fn attempt_of_a_running_process_is_not_unfinished_and_one_process_claims_it_afterwards() {
    let (kept, running) = (Arc::new(Kept::default()), Arc::new(Mutex::new(HashSet::from(["1", "2"]))));
    let process = |process| {
        let journal = KeptBy { kept: Arc::clone(&kept), process, running: Arc::clone(&running) };
        JournalEntries::new(Arc::new(journal))
    };
    let ids = || -> Vec<(String, Option<String>)> {
        let all = kept.unfinished("").unwrap().creates;
        all.into_iter().map(|attempt| (attempt.process, attempt.id)).collect()
    };
    let first = process("1");
    first.began(&attempt(URN));
    let second = process("2");
    assert!(second.is_running(URN) && !first.is_running(URN));
    assert_eq!((second.unfinished(URN), second.claim(URN)), (None, None));
    second.began(&attempt(URN));
    second.made("b:C", URN, "fr-par/2");
    assert_eq!(ids(), [("1".to_owned(), None), ("2".to_owned(), Some("fr-par/2".to_owned()))]);
    second.delivered();
    first.found(URN, "fr-par/1");
    assert_eq!(ids(), [("1".to_owned(), Some("fr-par/1".to_owned()))], "the second process closes only its own");

    // The first process is killed while two others wait for it.
    let (third, fourth) = (process("3"), process("4"));
    assert!(third.is_running(URN) && fourth.is_running(URN));
    lock(&running).remove("1");
    assert!(!third.is_running(URN) && !fourth.is_running(URN));
    let id = |attempt: Option<Attempt>| attempt.and_then(|attempt| attempt.id);
    assert_eq!(id(third.claim(URN)).as_deref(), Some("fr-par/1"));
    assert_eq!(id(fourth.claim(URN)), None, "another process has claimed it");
    assert_eq!(id(third.claim(URN)).as_deref(), Some("fr-par/1"), "it stays claimed");
    third.began(&attempt(URN));
    assert_eq!(ids(), [("3".to_owned(), None)], "another attempt of the same process replaces it");
    third.closed(URN);
    assert_eq!(ids(), []);
}

#[test]
fn attempts_of_several_killed_processes_are_unfinished() {
    let kept = Arc::new(Kept::default());
    for (process, id) in [("1", "fr-par/1"), ("2", "fr-par/2")] {
        kept.write("urn:pulumi:dev::app", &Line::Began(Attempt { process: process.to_owned(), ..attempt(URN) }));
        let (urn, id, process) = (URN.to_owned(), id.to_owned(), process.to_owned());
        kept.write("urn:pulumi:dev::app", &Line::Made { urn, id, process });
    }
    let later = JournalEntries::new(Arc::clone(&kept) as Arc<dyn Journal>);
    later.stored("b:C", URN, "fr-par/2");
    assert_eq!(later.unfinished(URN).and_then(|attempt| attempt.id).as_deref(), Some("fr-par/1"));
    later.stored("b:C", URN, "fr-par/1");
    assert_eq!(later.unfinished(URN), None);
    assert!(kept.unfinished("").unwrap().is_empty());
}

/// Stores lines, like a file.
#[derive(Default)]
struct Kept(Mutex<Vec<Line>>);

impl Journal for Kept {
    fn unfinished(&self, _: &str) -> Option<Unfinished> {
        Some(unfinished(lock(&self.0).clone()))
    }

    fn write(&self, stack: &str, line: &Line) {
        assert_eq!(stack, "urn:pulumi:dev::app");
        lock(&self.0).push(line.clone());
    }
}

#[test]
fn attempt_stays_open_for_the_next_process_until_its_id_is_stored() {
    let kept = Arc::new(Kept::default());
    let process = || JournalEntries::new(Arc::clone(&kept) as Arc<dyn Journal>);
    let first = process();
    first.began(&attempt(URN));
    assert!(first.unfinished(URN).is_some());
    first.made("b:C", URN, "fr-par/1");
    assert_eq!(first.unfinished(URN), None, "the process that created the object continues with it");
    let second = process();
    assert_eq!(second.unfinished(URN).and_then(|attempt| attempt.id).as_deref(), Some("fr-par/1"));
    second.stored("b:C", URN, "fr-par/2");
    assert!(second.unfinished(URN).is_some(), "another object of the URN, which is replaced");
    second.stored("b:C", URN, "fr-par/1");
    assert_eq!(second.unfinished(URN), None);
    assert_eq!(process().unfinished(URN), None);
}

#[test]
fn rejected_attempt_is_closed_and_an_object_has_one_owner() {
    let entries = JournalEntries::new(Arc::new(Kept::default()));
    entries.began(&attempt(URN));
    entries.closed(URN);
    assert_eq!(entries.unfinished(URN), None);
    entries.own("b:C", URN, "1");
    assert!(!entries.is_of_another("b:C", URN, "1") && !entries.is_of_another("b:D", "other", "1"));
    assert!(entries.is_of_another("b:C", "urn:pulumi:dev::app::a:b:C::other", "1"));
}

#[test]
fn update_stays_open_for_the_next_process_until_its_result_is_stored() {
    let kept = Arc::new(Kept::default());
    let process = || JournalEntries::new(Arc::clone(&kept) as Arc<dyn Journal>);
    let first = process();
    first.updating(URN, "1", BTreeSet::from(["password".to_owned()]));
    assert!(process().interruption(URN, "1").is_some_and(|update| update.update));
    let later = process();
    later.deleting(URN, "1", false);
    let deletion = later.interruption(URN, "1").unwrap();
    assert!(!deletion.update && deletion.properties.contains("password"), "the value is still uncertain");
    later.also_changing(&deletion, BTreeSet::from(["image".to_owned()]));
    let properties = process().interruption(URN, "1").unwrap().properties;
    assert!(["image", "password"].iter().all(|name| properties.contains(*name)));
    first.answered(URN, "1");
    assert_eq!(first.interruption(URN, "1"), None, "it has ended for this process");
    assert!(process().interruption(URN, "1").is_some(), "Pulumi's engine may have been killed");
    first.delivered();
    assert_eq!(process().interruption(URN, "1"), None);
}

#[test]
fn delete_stays_open_for_the_next_process_until_its_result_is_stored() {
    let kept = Arc::new(Kept::default());
    let process = || JournalEntries::new(Arc::clone(&kept) as Arc<dyn Journal>);
    let first = process();
    first.deleting(URN, "1", false);
    first.answered(URN, "1");
    assert_eq!(first.interruption(URN, "1"), None, "it has ended for this process");
    assert!(process().interruption(URN, "1").is_some(), "the response may not have reached Pulumi's engine");
    first.made("b:C", URN, "1");
    assert_eq!(process().interruption(URN, "1"), None, "an object with the same ID was created");
}

#[test]
fn line_of_an_earlier_version_ends_the_attempt_of_a_process() {
    let began = |process: &str| Line::Began(Attempt { process: process.to_owned(), ..attempt(URN) });
    let closed = || Line::Closed { urn: URN.to_owned(), process: String::new() };
    let made = Line::Made { urn: URN.to_owned(), id: "1".to_owned(), process: String::new() };
    let open = unfinished([began("a"), made]).creates;
    assert_eq!(open.iter().map(|attempt| attempt.id.as_deref()).collect::<Vec<_>>(), [Some("1")]);
    assert_eq!(unfinished([began("a"), closed()]).creates, []);
    let own = unfinished([began("a"), began(""), closed()]).creates;
    assert_eq!(own.iter().map(|attempt| attempt.process.as_str()).collect::<Vec<_>>(), ["a"], "its own attempt first");
}
