//! The network between the plugin and the fake: latencies and faults, which depend on the seed only.

use std::collections::BTreeMap;
use std::fmt;
use std::sync::{Arc, Mutex, MutexGuard};
use std::time::{Duration, Instant};

use bytes::Bytes;
use client::{BoxFuture, Clock, Failure, Transport};
use fastrand::Rng;
use http::{Method, Request, Response, StatusCode};
use jiff::Timestamp;
use scaleway_fake::Handle;
use tests::objects::without_ids;
use tokio::sync::mpsc;

use crate::clock::VirtualClock;
use crate::fault::{Fault, FaultKind, Victim};
use crate::planted::Planted;
use crate::response;

/// Longer than the timeout of one attempt.
const LATE: Duration = Duration::from_secs(65);
/// Shorter than the time for which the plugin tolerates lists that lag, which is ten seconds.
pub(crate) const LAG: Duration = Duration::from_secs(8);

/// The end of the line of the trace about a kill.
pub(crate) const KILLED: &str = " is killed";

/// The faults of one command.
#[derive(Clone, Debug)]
pub(crate) enum Plan {
    /// None.
    None,
    /// Each request fails with this probability, in one of these ways.
    Random(f64, &'static [FaultKind]),
    /// These.
    Listed(Vec<Fault>),
}

/// The network of one simulation.
pub(crate) struct Network {
    fake: Handle,
    seed: u64,
    clock: VirtualClock,
    planted: Option<Planted>,
    state: Mutex<State>,
}

struct State {
    command: usize,
    plan: Plan,
    /// The number of requests of the command, by method and path.
    counts: BTreeMap<String, u32>,
    /// The faults of the command.
    struck: Vec<Fault>,
    /// The last successful response of each read.
    seen: BTreeMap<String, (Instant, Response<Bytes>)>,
    /// The time of each response to a create, by the ID in it.
    created: BTreeMap<String, Timestamp>,
    kills: Option<mpsc::UnboundedSender<Victim>>,
    trace: Vec<String>,
    /// The number of writes.
    writes: usize,
}

impl Network {
    pub(crate) fn new(fake: Handle, seed: u64, planted: Option<Planted>) -> Self {
        let state = State {
            command: 0,
            plan: Plan::None,
            counts: BTreeMap::new(),
            struck: Vec::new(),
            seen: BTreeMap::new(),
            created: BTreeMap::new(),
            kills: None,
            trace: Vec::new(),
            writes: 0,
        };
        let clock = VirtualClock::new(fake.clock().now());
        Self { fake, seed, clock, planted, state: Mutex::new(state) }
    }

    /// Starts a command; returns the receiver of kills.
    pub(crate) fn start_command(&self, command: usize, plan: Plan) -> mpsc::UnboundedReceiver<Victim> {
        let (sender, receiver) = mpsc::unbounded_channel();
        let mut state = self.lock();
        state.command = command;
        state.plan = plan;
        state.counts.clear();
        state.kills = Some(sender);
        receiver
    }

    /// Kills a process of the command.
    pub(crate) fn kill(&self, victim: Victim) {
        self.note(&format!("{victim:?}{KILLED}"));
        if let Some(kills) = &self.lock().kills {
            // The command may have ended.
            let _ = kills.send(victim);
        }
    }

    /// The faults since the last call.
    pub(crate) fn struck(&self) -> Vec<Fault> {
        std::mem::take(&mut self.lock().struck)
    }

    /// The number of writes so far.
    pub(crate) fn writes(&self) -> usize {
        self.lock().writes
    }

    pub(crate) fn note(&self, line: &str) {
        let at = self.clock.elapsed();
        self.lock().trace.push(format!("{:>10.3} {line}", at.as_secs_f64()));
    }

    pub(crate) fn trace(&self) -> Vec<String> {
        self.lock().trace.clone()
    }

    pub(crate) fn fake(&self) -> &Handle {
        &self.fake
    }

    /// The clock of the fake shows the virtual time.
    pub(crate) fn synchronize(&self) {
        let now = self.clock.time();
        if let Ok(behind) = Duration::try_from(now.duration_since(self.fake.clock().now())) {
            self.fake.clock().advance(behind);
        }
    }

    /// The clock of the plugin.
    pub(crate) fn clock(&self) -> &VirtualClock {
        &self.clock
    }

    fn lock(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap()
    }

    /// The fault of a request, and its random numbers.
    fn arrive(&self, key: &str) -> (Option<FaultKind>, Rng) {
        let mut state = self.lock();
        let count = state.counts.entry(key.to_owned()).or_default();
        let after = *count;
        *count += 1;
        let mut rng = Rng::with_seed(digest(self.seed, state.command, key, after));
        // The latencies do not depend on the plan, so that listed faults have the same effect as random ones.
        let (number, drawn) = (rng.usize(..FaultKind::ALL.len()), rng.f64());
        let kind = match &state.plan {
            Plan::None => None,
            Plan::Random(rate, kinds) => {
                let kind = kinds[number % kinds.len()];
                Some(kind).filter(|kind| kind.is_possible(key) && drawn < *rate)
            }
            Plan::Listed(faults) => {
                faults.iter().find(|fault| fault.request == key && fault.after == after).map(|fault| fault.kind)
            }
        };
        if let Some(kind) = kind {
            state.struck.push(Fault { request: key.to_owned(), after, kind });
        }
        if !key.starts_with("GET ") && !key.starts_with("HEAD ") {
            state.writes += 1;
        }
        (kind, rng)
    }

    async fn deliver(&self, request: Request<Bytes>) -> Option<Response<Bytes>> {
        self.synchronize();
        let is_post = request.method() == Method::POST;
        let answer = self.fake.exchange(request).await?;
        if let Some(id) = is_post.then(|| response::id(&answer)).flatten() {
            self.lock().created.entry(id).or_insert_with(|| self.fake.clock().now());
        }
        Some(answer)
    }

    async fn faulty(&self, request: Request<Bytes>, kind: Option<FaultKind>) -> Result<Response<Bytes>, Failure> {
        if let Some((victim, after)) = kind.and_then(FaultKind::kill) {
            if after {
                self.deliver(request).await;
            }
            self.kill(victim);
            return std::future::pending().await;
        }
        let path = request.uri().path().to_owned();
        let read = (request.method() == "GET").then(|| request.uri().to_string());
        let mut answer = match kind {
            Some(FaultKind::Unsent) => {
                return Err(Failure::Unsent { cause: "no connection".into(), help: None, permanent: false });
            }
            Some(FaultKind::LostRequest) => return Err(lost()),
            Some(FaultKind::LostResponse) => {
                self.deliver(request).await;
                return Err(lost());
            }
            Some(FaultKind::Repeated) => {
                self.deliver(request.clone()).await;
                self.deliver(request).await.ok_or_else(lost)?
            }
            Some(FaultKind::ServerErrorAfter) => {
                let answer = self.deliver(request).await.ok_or_else(lost)?;
                response::failed_after(answer, StatusCode::INTERNAL_SERVER_ERROR)
            }
            Some(FaultKind::GatewayTimeoutAfter) => {
                let answer = self.deliver(request).await.ok_or_else(lost)?;
                response::failed_after(answer, StatusCode::GATEWAY_TIMEOUT)
            }
            Some(kind) => match response::injected(kind, &path) {
                Some(fault) => {
                    self.fake.fault(fault);
                    self.deliver(request).await.ok_or_else(lost)?
                }
                None => self.deliver(request).await.ok_or_else(lost)?,
            },
            None => self.deliver(request).await.ok_or_else(lost)?,
        };
        if let Some(url) = read.filter(|_| answer.status().is_success()) {
            let now = self.clock.now();
            let earlier = self.lock().seen.insert(url, (now, answer.clone()));
            match (kind, earlier) {
                (Some(FaultKind::Stale), Some((at, earlier))) if now.saturating_duration_since(at) <= LAG => {
                    answer = earlier;
                }
                (Some(FaultKind::Lagging), _) => {
                    let now = self.fake.clock().now();
                    answer = response::lagging(answer, &path, now, LAG, &self.lock().created);
                }
                _ => {}
            }
        }
        match kind {
            Some(FaultKind::LateResponse) => self.clock.sleep(LATE).await,
            Some(FaultKind::SlowResponse) => self.clock.sleep(LATE / 5).await,
            _ => {}
        }
        Ok(answer)
    }
}

impl Transport for Network {
    fn exchange(&self, request: Request<Bytes>) -> BoxFuture<'_, Result<Response<Bytes>, Failure>> {
        Box::pin(async move {
            let method = request.method().to_string();
            let key = key(&method, request.uri().path());
            let (kind, mut rng) = self.arrive(&key);
            let (there, back) = (rng.u64(1..60), rng.u64(1..60));
            self.clock.sleep(Duration::from_millis(there)).await;
            let exchanged = match &self.planted {
                Some(planted) => planted.exchange(self, request, kind).await,
                None => self.faulty(request, kind).await,
            };
            self.clock.sleep(Duration::from_millis(back)).await;
            let shown = match &exchanged {
                Ok(response) => response.status().as_u16().to_string(),
                Err(Failure::Unsent { .. }) => "unsent".to_owned(),
                Err(_) => "lost".to_owned(),
            };
            let fault = kind.map(|kind| format!(" ({kind:?})")).unwrap_or_default();
            self.note(&format!("{key} -> {shown}{fault}"));
            exchanged
        })
    }
}

impl Network {
    /// The exchange without planted defects.
    pub(crate) async fn plain(
        &self,
        request: Request<Bytes>,
        kind: Option<FaultKind>,
    ) -> Result<Response<Bytes>, Failure> {
        self.faulty(request, kind).await
    }
}

impl fmt::Debug for Network {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Network").field("seed", &self.seed).finish_non_exhaustive()
    }
}

/// The network, as the transport of a plugin.
pub(crate) fn transport(network: &Arc<Network>) -> Arc<dyn Transport> {
    Arc::clone(network) as Arc<dyn Transport>
}

fn lost() -> Failure {
    Failure::Lost { cause: "the connection was closed".into() }
}

/// Method and path without IDs and numbers.
fn key(method: &str, path: &str) -> String {
    let is_number = |part: &str| !part.is_empty() && part.bytes().all(|byte| byte.is_ascii_digit());
    let path = without_ids(path);
    let parts = path.split('/').map(|part| if is_number(part) { "{number}" } else { part });
    format!("{method} {}", parts.collect::<Vec<_>>().join("/"))
}

/// FNV-1a, so that the numbers of a request depend on the request only.
fn digest(seed: u64, command: usize, key: &str, after: u32) -> u64 {
    let numbers = seed.to_le_bytes().into_iter().chain(command.to_le_bytes()).chain(after.to_le_bytes());
    numbers
        .chain(key.bytes())
        .fold(0xcbf2_9ce4_8422_2325, |hash, byte| (hash ^ u64::from(byte)).wrapping_mul(0x0000_0100_0000_01b3))
}
