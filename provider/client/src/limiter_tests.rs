//! The pace against a small simulated server, and the places against a clock that stands still.

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

/// Allows `rate` calls per second and `burst` at once.
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

/// Sends `calls` from as many parallel callers as there are places, each call answered after 50 ms, and returns the
/// share refused and the seconds it took.
fn simulate(mut server: Server, most_places: usize, calls: u32, retry_after: Option<Duration>) -> (f64, f64) {
    let start = self::start();
    let mut pace = Pace::new(most_places, None, start);
    // Calls under way, as (sent, answered), the oldest first.
    let mut under_way: VecDeque<(f64, f64)> = VecDeque::new();
    let (mut second, mut accepted, mut refused) = (0.0_f64, 0, 0);
    while accepted < calls {
        let answer_due = under_way.front().map_or(f64::MAX, |(_, answered)| *answered);
        let mut send_due = f64::MAX;
        if under_way.len() < pace.places {
            match pace.take(at(start, second)) {
                Ok(()) => {
                    under_way.push_back((second, second + 0.05));
                    continue;
                }
                // Rounding must not let time stand still.
                Err(wait) => send_due = second + wait.as_secs_f64().max(1e-6),
            }
        }
        second = answer_due.min(send_due);
        if send_due < answer_due {
            continue;
        }
        let Some((sent, _)) = under_way.pop_front() else { continue };
        if server.accepts(sent) {
            accepted += 1;
            pace.accepted(at(start, second));
        } else {
            refused += 1;
            pace.throttled(at(start, sent), at(start, second), retry_after);
        }
    }
    (f64::from(refused) / f64::from(refused + accepted), second)
}

#[test]
fn few_calls_exceed_the_limit_of_a_server_and_the_limit_is_used() {
    // Rate and burst of the server, calls, share of 429 answers, time as a multiple of the shortest possible.
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
            assert!(rejected < most_rejected, "{case}: {:.1} % of the answers are 429", rejected * 100.0);
            assert!(times < most_time, "{case}: {times:.2} times the shortest time");
        }
    }
}

#[test]
fn a_generous_server_is_not_paced() {
    let (rejected, seconds) = simulate(Server::new(1e6, 1e6), 16, 1000, None);
    assert!(rejected == 0.0 && seconds < 4.5, "{rejected} rejected in {seconds} s");
}

#[test]
fn a_ceiling_spaces_calls_from_the_start() {
    let now = start();
    let mut pace = Pace::new(4, Some(5.0), now);
    assert_eq!(pace.take(now), Ok(()));
    assert_eq!(pace.take(now), Err(SECOND / 5));
    assert_eq!(pace.take(now + SECOND / 5), Ok(()));
    assert_eq!(pace.take(now + SECOND / 5), Err(SECOND / 5));
    // An idle minute is no credit for a volley.
    let later = now + SECOND * 60;
    let at_once = (0..10).filter(|_| pace.take(later).is_ok()).count();
    assert_eq!(at_once, 2);
}

#[test]
fn a_ceiling_that_means_nothing_is_none() {
    let now = start();
    for ceiling in [0.0, -1.0, f64::NAN, f64::INFINITY] {
        assert_eq!(Pace::new(4, Some(ceiling), now).rate, None, "{ceiling}");
    }
}

#[test]
fn refusals_of_one_volley_shrink_once() {
    let now = start();
    let mut pace = Pace::new(4, Some(100.0), now);
    for _ in 0..50 {
        pace.accepted(now);
    }
    for _ in 0..10 {
        pace.throttled(now, now + SECOND, None);
    }
    assert_eq!(pace.rate, Some(40.0));
    pace.throttled(now + SECOND * 2, now + SECOND * 2, None);
    assert!(pace.rate < Some(40.0));
}

#[test]
fn the_rate_grows_back_to_the_ceiling_and_no_further() {
    let start = self::start();
    let mut pace = Pace::new(4, Some(10.0), start);
    pace.throttled(start, start, None);
    assert_eq!(pace.rate, Some(FIRST_SHARE), "no call was accepted yet");
    for second in 1..120 {
        pace.accepted(start + SECOND * second);
        assert!(pace.rate <= Some(10.0));
    }
    assert_eq!(pace.rate, Some(10.0));
}

#[test]
fn retry_after_holds_everybody_up_but_not_forever() {
    let now = start();
    let mut pace = Pace::new(4, None, now);
    pace.throttled(now, now, Some(SECOND * 20));
    assert_eq!(pace.take(now), Err(SECOND * 20));

    let mut pace = Pace::new(4, None, now);
    pace.throttled(now, now, Some(SECOND * 1_000_000));
    assert_eq!(pace.take(now), Err(LONGEST_HOLD));
}

#[tokio::test]
async fn places_are_bounded_and_open_with_good_answers() {
    let clock = ManualClock::new();
    let limiter = Limiter::new(6, None, clock.now());
    let mut turns = Vec::new();
    for open in [FIRST_PLACES, 2, 3, 4, 5, 6, 6] {
        while turns.len() < open {
            turns.push(limiter.turn(&clock).await);
        }
        assert!(is_full(&limiter, &clock).await, "more than {open} at a time");
        for _ in 0..ANSWERS_PER_PLACE {
            limiter.accepted(clock.now());
        }
    }
    turns.pop();
    assert!(!is_full(&limiter, &clock).await, "a place is free again");
}

/// Whether a turn does not come at once.
async fn is_full(limiter: &Limiter, clock: &ManualClock) -> bool {
    tokio::select! {
        biased;
        _ = limiter.turn(clock) => false,
        () = std::future::ready(()) => true,
    }
}
