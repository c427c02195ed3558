//! Compares the fake with recorded traffic: the requests of each recording are sent again, and every response is compared
//! with the recorded one by status and shape.
//!
//! Every difference must be in `differences.json` with its reason, and every entry there must occur.
#![allow(clippy::unwrap_used)]

mod assumed;
mod ids;
mod known;
mod messages;
mod page;
mod replay;
mod shape;
#[path = "../http/sign.rs"]
mod sign;
mod storage;
mod tally;

use std::collections::{BTreeMap, BTreeSet};
use std::path::Path;
use std::process::ExitCode;

use assumed::Assumed;
use known::Known;
use page::Page;
use recordings::Suite;
use replay::{Compared, Difference};
use tally::Tally;

/// The share of the responses of each product that must have the recorded status.
const STATUS: f64 = 0.99;
/// The share of the responses of each product that must have the recorded shape, not counting differences that are marked `later`: the
/// recordings span two years, and the fake responds like the newest of them. The strict share is printed too.
const SHAPE: f64 = 0.95;
/// The same shares over all products, which were reached before kinds were made from API documents.
const STATUS_OF_ALL: f64 = 0.992;
const SHAPE_OF_ALL: f64 = 0.97;

fn main() -> ExitCode {
    Suite::default()
        .test("answers_are_as_recorded", "traffic", |folder| block_on(answers_are_as_recorded(folder)))
        .test("object_storage_answers_as_recorded", "traffic/object", |folder| {
            block_on(object_storage_answers_as_recorded(folder));
        })
        .test("queues_and_topics_answer_as_recorded", "traffic-more/mnq", |folder| {
            block_on(queues_and_topics_answer_as_recorded(folder));
        })
        .run()
}

fn block_on(test: impl Future<Output = ()>) {
    tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap().block_on(test);
}

async fn answers_are_as_recorded(traffic: &Path) {
    let mut known = Known::read();
    let mut tallies: BTreeMap<String, Tally> = BTreeMap::new();
    let mut page = Page::default();
    let mut unexplained: BTreeMap<String, usize> = BTreeMap::new();
    let mut lacking = BTreeSet::new();
    for recording in
        recordings::directories().iter().flat_map(|of| recordings::recordings(&traffic.join("..").join(&of.directory)))
    {
        for compared in replay::replay(&recording).await {
            let Compared { service, operation, is_error, served, lacking: lacks, differences } = compared;
            lacking.extend(lacks);
            let mut result = Tally::default();
            for difference in count(&mut result, &mut known, served, differences) {
                let Difference { recording, operation, at, is } = difference;
                *unexplained.entry(format!("{operation} {at}: {is} ({recording})")).or_default() += 1;
            }
            page.add(&service, &operation, is_error, &result);
            tallies.entry(service).or_default().add(&result);
        }
    }
    let mut total = Tally::default();
    for (service, tally) in &tallies {
        eprintln!("{:>15}: {tally}", if service.is_empty() { "elsewhere" } else { service });
        total.add(tally);
    }
    eprintln!("{:>15}: {total}", "all");
    assert_eq!(lacking, Assumed::read().lacking, "fields that answers lack");
    let unexplained: Vec<_> = unexplained.iter().map(|(what, count)| format!("{count:>4} {what}")).collect();
    assert!(unexplained.is_empty(), "differences without a reason:\n{}", unexplained.join("\n"));
    let unused = known.unused();
    assert!(unused.is_empty(), "these differences do not occur:\n{}", unused.join("\n"));
    for (service, tally) in tallies.iter().filter(|(_, tally)| tally.compared > 0) {
        assert!(tally.share(tally.same_status) >= STATUS, "{service}: too few answers with the recorded status");
        assert!(tally.share(tally.same_but_later) >= SHAPE, "{service}: too few answers of the recorded shape");
    }
    assert!(total.share(total.same_status) >= STATUS_OF_ALL, "too few answers with the recorded status: {total}");
    assert!(total.share(total.same_but_later) >= SHAPE_OF_ALL, "too few answers of the recorded shape: {total}");
    page.check(&total);
}

async fn object_storage_answers_as_recorded(folder: &Path) {
    let counts = storage::replay(folder).await;
    eprintln!("object: {} answers, status equal in {}, shape in {}", counts.all, counts.same_status, counts.same_shape);
    let differences: Vec<_> = counts.differences.iter().map(|(what, count)| format!("{count:>4} {what}")).collect();
    let share = |count: usize| Tally { compared: counts.all, ..Tally::default() }.share(count);
    assert!(share(counts.same_status) >= STATUS && share(counts.same_shape) >= SHAPE, "too few answers as recorded");
    assert!(differences.is_empty(), "differences without a reason:\n{}", differences.join("\n"));
}

async fn queues_and_topics_answer_as_recorded(folder: &Path) {
    let (compared, differences) = messages::replay(folder).await;
    eprintln!("queues and topics: {compared} answers");
    assert!(compared >= 36, "only {compared} answers were compared");
    assert!(differences.is_empty(), "differences without a reason:\n{}", differences.join("\n"));
}

/// Counts one response and returns the unexpected differences.
fn count(tally: &mut Tally, known: &mut Known, served: bool, differences: Vec<Difference>) -> Vec<Difference> {
    if !served {
        tally.not_served += 1;
        return Vec::new();
    }
    let has_status = differences.iter().all(|difference| difference.at != "HTTP status");
    let has_shape = differences.is_empty();
    let (mut unexplained, mut only_later, mut is_irreproducible) = (Vec::new(), true, false);
    for difference in differences {
        match known.entry(&difference) {
            Some(entry) => {
                only_later &= entry.later;
                is_irreproducible |= entry.irreproducible;
            }
            None => unexplained.push(difference),
        }
    }
    if is_irreproducible {
        tally.irreproducible += 1;
        return unexplained;
    }
    tally.compared += 1;
    tally.same_status += usize::from(has_status);
    tally.same_shape += usize::from(has_shape);
    tally.same_but_later += usize::from(only_later && unexplained.is_empty());
    unexplained
}
