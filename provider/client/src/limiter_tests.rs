//! Tests of the rate with a simulated server, and of the concurrency limit with a manual clock.

use std::collections::VecDeque;

use super::*;
use crate::testing::ManualClock;

const SECOND: Duration = Duration::from_secs(1);

fn start() -> Instant {
    ManualClock::new().now()
}

fn at(start: Instant, seconds: f64) -> Instant {
    start + Duration::from_secs_f64(seconds)
}

/// A server that allows `rate` calls per second and bursts of `burst` calls.
struct Server {
    rate: f64,
    burst: f64,
    tokens: f64,
    last: f64,
}

impl Server {
    fn new(rate: f64, burst: f64) -> Self {
        Self { rate, burst, tokens: burst, last: 0.0 }
    }

    fn accepts(&mut self, second: f64) -> bool {
        self.tokens = (self.tokens + (second - self.last) * self.rate).min(self.burst);
        self.last = second;
        if self.tokens < 1.0 {
            return false;
        }
        self.tokens -= 1.0;
        true
    }
}

/// Sends `calls` with as many parallel callers as there are slots and a response time of 50 ms. Repermits the share of 429
/// responses and the duration in seconds.
fn simulate(mut server: Server, max_slots: usize, calls: u32, retry_after: Option<Duration>) -> (f64, f64) {
    let start = self::start();
    let mut schedule = Schedule::new(max_slots, None, start);
    // Calls in progress, as (sent, answered), the oldest first.
    let mut in_progress: VecDeque<(f64, f64)> = VecDeque::new();
    let (mut second, mut accepted, mut rejected) = (0.0_f64, 0, 0);
    while accepted < calls {
        let answer_due = in_progress.front().map_or(f64::MAX, |(_, answered)| *answered);
        let mut send_due = f64::MAX;
        if in_progress.len() < schedule.slots {
            match schedule.take(at(start, second)) {
                Ok(()) => {
                    in_progress.push_back((second, second + 0.05));
                    continue;
                }
                // Rounding must not stop the time.
                Err(wait) => send_due = second + wait.as_secs_f64().max(1e-6),
            }
        }
        second = answer_due.min(send_due);
        if send_due < answer_due {
            continue;
        }
        let Some((sent, _)) = in_progress.pop_front() else { continue };
        if server.accepts(sent) {
            accepted += 1;
            schedule.accepted(at(start, second));
        } else {
            rejected += 1;
            schedule.throttled(at(start, sent), at(start, second), retry_after);
        }
    }
    (f64::from(rejected) / f64::from(rejected + accepted), second)
}

#[test]
fn few_calls_exceed_the_limit_of_a_server_and_the_limit_is_used() {
    // Rate and burst of the server, calls, share of 429 responses, time as a multiple of the shortest possible.
    for (rate, burst, calls, most_rejected, most_time) in [
        (5.0, 5.0, 200, 0.02, 1.2),
        (5.0, 5.0, 600, 0.02, 1.1),
        (1.0, 1.0, 60, 0.1, 1.2),
        (1.0, 1.0, 200, 0.1, 1.2),
        (1.0, 5.0, 60, 0.13, 1.2),
        (5.0, 10.0, 400, 0.03, 1.2),
        (5.0, 50.0, 600, 0.06, 1.2),
        (10.0, 10.0, 600, 0.02, 1.2),
        (50.0, 50.0, 600, 0.04, 1.3),
    ] {
        for retry_after in [None, Some(SECOND)] {
            let (rejected, seconds) = simulate(Server::new(rate, burst), 32, calls, retry_after);
            let times = seconds / ((f64::from(calls) - burst) / rate);
            let case = format!("{rate}/s, burst {burst}, {calls} calls, Retry-After {retry_after:?}");
            assert!(rejected < most_rejected, "{case}: {:.1} % of the responses are 429", rejected * 100.0);
            assert!(times < most_time, "{case}: {times:.2} times the shortest time");
        }
    }
}

#[test]
fn calls_to_a_server_without_a_limit_are_not_delayed() {
    let (rejected, seconds) = simulate(Server::new(1e6, 1e6), 16, 1000, None);
    assert!(rejected == 0.0 && seconds < 4.5, "{rejected} rejected in {seconds} s");
}

#[test]
fn a_ceiling_limits_the_rate_from_the_first_call() {
    let now = start();
    let mut schedule = Schedule::new(4, Some(5.0), now);
    assert_eq!(schedule.take(now), Ok(()));
    assert_eq!(schedule.take(now), Err(SECOND / 5));
    assert_eq!(schedule.take(now + SECOND / 5), Ok(()));
    assert_eq!(schedule.take(now + SECOND / 5), Err(SECOND / 5));
    // An idle minute does not allow a burst.
    let later = now + SECOND * 60;
    let at_once = (0..10).filter(|_| schedule.take(later).is_ok()).count();
    assert_eq!(at_once, 2);
}

#[test]
fn a_ceiling_that_is_not_a_positive_number_is_ignored() {
    let now = start();
    for ceiling in [0.0, -1.0, f64::NAN, f64::INFINITY] {
        assert_eq!(Schedule::new(4, Some(ceiling), now).rate, None, "{ceiling}");
    }
}

#[test]
fn several_429_of_one_burst_reduce_the_rate_once() {
    let now = start();
    let mut schedule = Schedule::new(4, Some(100.0), now);
    for _ in 0..50 {
        schedule.accepted(now);
    }
    for _ in 0..10 {
        schedule.throttled(now, now + SECOND, None);
    }
    assert_eq!(schedule.rate, Some(40.0));
    schedule.throttled(now + SECOND * 2, now + SECOND * 2, None);
    assert!(schedule.rate < Some(40.0));
}

#[test]
fn the_rate_grows_back_to_the_ceiling_and_not_above() {
    let start = self::start();
    let mut schedule = Schedule::new(4, Some(10.0), start);
    schedule.throttled(start, start, None);
    assert_eq!(schedule.rate, Some(FIRST_SHARE), "no call was accepted yet");
    for second in 1..120 {
        schedule.accepted(start + SECOND * second);
        assert!(schedule.rate <= Some(10.0));
    }
    assert_eq!(schedule.rate, Some(10.0));
}

#[test]
fn retry_after_delays_all_calls_up_to_a_maximum() {
    let now = start();
    let mut schedule = Schedule::new(4, None, now);
    schedule.throttled(now, now, Some(SECOND * 20));
    assert_eq!(schedule.take(now), Err(SECOND * 20));

    let mut schedule = Schedule::new(4, None, now);
    schedule.throttled(now, now, Some(SECOND * 1_000_000));
    assert_eq!(schedule.take(now), Err(LONGEST_HOLD));
}

#[tokio::test]
async fn responses_raise_the_concurrency_limit_up_to_a_maximum() {
    let clock = ManualClock::new();
    let limiter = Limiter::new(6, None, clock.now());
    let mut permits = Vec::new();
    for open in [FIRST_SLOTS, 2, 3, 4, 5, 6, 6] {
        while permits.len() < open {
            permits.push(limiter.acquire(&clock).await);
        }
        assert!(is_full(&limiter, &clock).await, "more than {open} concurrent calls");
        for _ in 0..RESPONSES_PER_SLOT {
            limiter.accepted(clock.now());
        }
    }
    permits.pop();
    assert!(!is_full(&limiter, &clock).await, "a slot is free again");
}

/// Whether no permit is available immediately.
async fn is_full(limiter: &Limiter, clock: &ManualClock) -> bool {
    tokio::select! {
        biased;
        _ = limiter.acquire(clock) => false,
        () = std::future::ready(()) => true,
    }
}
