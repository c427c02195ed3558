//! The actions between the power states of an Instance.

use super::*;

#[test]
fn every_state_is_reached_by_at_most_two_actions() {
    for from in [RUNNING, STOPPED, STANDBY] {
        for to in [RUNNING, STOPPED, STANDBY] {
            let mut state = from;
            for _ in 0..ACTIONS {
                state = match next(state, to) {
                    Some("poweron") => RUNNING,
                    Some("stop_in_place") => STANDBY,
                    Some(_) => STOPPED,
                    None => state,
                };
            }
            assert_eq!(state, to, "from {from}");
        }
    }
}

#[test]
fn a_locked_server_has_no_action() {
    assert_eq!(next("locked", RUNNING), None);
}
