//! Deployments of 15 resources in which one request in a hundred fails: the first `up` succeeds, and creates exactly the objects of
//! the program.

use std::collections::BTreeMap;

use tests::double::Goal;
use tests::objects::{Masks, Objects};
use tests::places;

use crate::fault::{Fault, FaultKind};
use crate::network::Plan;
use crate::scenario::Programs;
use crate::simulate::{in_virtual_time, shown};
use crate::world::World;

/// The probability that a request fails.
const RATE: f64 = 0.01;

/// How it fails.
const KINDS: [FaultKind; 8] = [
    FaultKind::RateLimited,
    FaultKind::ServerError,
    FaultKind::Unavailable,
    FaultKind::LostRequest,
    FaultKind::LostResponse,
    FaultKind::LateResponse,
    FaultKind::ServerErrorAfter,
    FaultKind::GatewayTimeoutAfter,
];

/// The duration of transient statuses in seconds.
const SETTLE: u64 = 3;

/// The program, and its objects in a deployment without faults.
pub(crate) struct Fifteen<'p> {
    programs: &'p Programs,
    goals: Vec<Goal>,
    expected: Objects,
    masks: Masks,
}

impl<'p> Fifteen<'p> {
    pub(crate) fn new(programs: &'p Programs) -> Self {
        let text = places::text(&places::project().join("tests/simulation/fifteen.yaml"));
        let goals: Vec<Goal> = serde_saphyr::from_str(&text).unwrap();
        assert_eq!(goals.len(), 15);
        let mut fifteen = Self { programs, goals, expected: Objects::default(), masks: Masks::new() };
        let [expected, other] = [1, 2].map(|seed| fifteen.deploy(seed, &Plan::None).1.unwrap());
        fifteen.masks = expected.masks(&other);
        fifteen.expected = expected;
        fifteen
    }

    /// One deployment: its faults, and what is wrong.
    pub(crate) fn run(&self, seed: u64) -> (Vec<Fault>, Vec<String>) {
        let (faults, deployed) = self.deploy(seed, &Plan::Random(RATE, &KINDS));
        let wrong = match deployed {
            Ok(objects) => objects.wrong(&self.expected, &self.masks),
            Err(error) => vec![error],
        };
        (faults, wrong)
    }

    fn deploy(&self, seed: u64, plan: &Plan) -> (Vec<Fault>, Result<Objects, String>) {
        in_virtual_time(async {
            let mut world = World::new(self.programs, seed, SETTLE, None);
            let deployed = world.up(&self.goals, plan.clone()).await;
            world.settle().await;
            (world.network.struck(), deployed.map(|()| world.objects()).map_err(|failures| shown(&failures)))
        })
    }
}

/// The number of faults of each kind.
pub(crate) fn counted<'f>(faults: impl Iterator<Item = &'f Fault>) -> String {
    let mut counts = BTreeMap::from(KINDS.map(|kind| (kind, 0)));
    for fault in faults {
        *counts.entry(fault.kind).or_default() += 1;
    }
    counts.into_iter().map(|(kind, count)| format!("{count} {kind:?}")).collect::<Vec<_>>().join(", ")
}
