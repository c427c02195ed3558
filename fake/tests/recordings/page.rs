//! Writes docs/fake-operations.md: what implements each operation in the fake, and how many recorded responses it reproduces.

use std::collections::BTreeMap;
use std::fmt::Write as _;
use std::path::Path;
use std::{env, fs};

use scaleway_fake::{Implementation, OfferedOperation};

use crate::tally::Tally;

const HEAD: &str = "# Operations of the fake

How each operation of [`scaleway-fake`](guides/testing-with-the-fake.md) is implemented, and how many responses in recordings of the real
API it reproduces with the same status and shape. The test of the recordings writes this page and fails if it is not up to date.

- *Code* is code for this operation; *facts* means that the API document and a few lines of facts about the kind implement it.
- Every response of the fake is checked against the API document when it is sent. *Not recorded* means that nothing else proves the shape
  of these responses. Preconditions and transient statuses are tested by product in `fake/tests/http`, whether they are recorded or not.
- A response counts as reproduced if its only differences are fields that were added to the API after the recording. Responses that
  depend on what happened before the recording are not counted.
- Recordings of Object Storage, queues and topics are compared too, by tests of their own.
";

/// The results by service and operation.
#[derive(Default)]
pub(crate) struct Page(BTreeMap<(String, String), Results>);

/// The results of one operation: of successful responses, and of errors.
#[derive(Default)]
struct Results {
    successes: Tally,
    errors: Tally,
}

impl Page {
    /// Counts the result of one response.
    pub(crate) fn add(&mut self, service: &str, operation: &str, is_error: bool, result: &Tally) {
        let results = self.0.entry((service.to_owned(), operation.to_owned())).or_default();
        if is_error { &mut results.errors } else { &mut results.successes }.add(result);
    }

    /// Compares the committed page with these results, or writes it if `UPDATE_REFERENCE` is set.
    #[allow(clippy::disallowed_methods, reason = "the only setting of this test")]
    pub(crate) fn check(&self, total: &Tally) {
        let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("../docs/fake-operations.md");
        let text = self.text(total);
        if env::var_os("UPDATE_REFERENCE").is_some() {
            fs::write(&path, &text).unwrap();
        }
        let committed = fs::read_to_string(&path).unwrap_or_default();
        assert!(
            committed == text,
            "docs/fake-operations.md is not up to date: run `UPDATE_REFERENCE=1 cargo test -p scaleway-fake --test recordings`"
        );
    }

    fn text(&self, total: &Tally) -> String {
        let mut offered: Vec<OfferedOperation> = scaleway_fake::operations().collect();
        offered.sort_by_key(|operation| (operation.document, operation.id));
        let mut text = HEAD.to_owned();
        let served = offered.iter().filter(|operation| operation.implementation.is_some()).count();
        let recorded =
            self.0.values().filter(|results| results.successes.compared + results.errors.compared > 0).count();
        let _ = write!(
            text,
            "\nThe fake serves {served} operations; recordings show {recorded} of them. Of {} responses, {} are reproduced.\n",
            total.compared, total.same_but_later
        );
        for product in offered.chunk_by(|a, b| a.document == b.document) {
            let (served, missing): (Vec<&OfferedOperation>, Vec<&OfferedOperation>) =
                product.iter().partition(|one| one.implementation.is_some());
            if served.is_empty() {
                continue;
            }
            let _ = write!(text, "\n## {}\n\n", product[0].document);
            text.push_str("| Operation | Implementation | Responses reproduced | Errors reproduced |\n| --- | --- | ---: | ---: |\n");
            for operation in served {
                let by = if operation.implementation == Some(Implementation::Code) { "code" } else { "facts" };
                let results = self.0.get(&(operation.document.to_owned(), operation.id.to_owned()));
                let [successes, errors] = [results.map(|of| &of.successes), results.map(|of| &of.errors)].map(share);
                let _ = writeln!(text, "| `{}` | {by} | {successes} | {errors} |", operation.id);
            }
            if !missing.is_empty() {
                let missing: Vec<String> = missing.iter().map(|operation| format!("`{}`", operation.id)).collect();
                let _ = write!(text, "\nNot served (501): {}.\n", missing.join(", "));
            }
        }
        text
    }
}

fn share(tally: Option<&Tally>) -> String {
    match tally {
        Some(tally) if tally.compared > 0 => format!("{} of {}", tally.same_but_later, tally.compared),
        _ => "not recorded".to_owned(),
    }
}
