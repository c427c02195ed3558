//! Responses of List: one message for each resource, and the continuation token.

use engine::Listed;
use pulumi_rpc::pulumirpc as rpc;
use pulumi_rpc::pulumirpc::list_response::{Computed, Continuation, Response, Result};

/// The response to a query with unknown values.
pub(crate) fn list_unknown() -> rpc::ListResponse {
    rpc::ListResponse { response: Some(Response::Computed(Computed {})) }
}

/// The resources after the last ID of an earlier response, at most `limit` (all if it is below 1), and the continuation
/// token. The token is an ID and not an offset, because resources are created and deleted between two requests.
pub(crate) fn listed(all: Vec<Listed>, limit: i64, after: &str) -> Vec<rpc::ListResponse> {
    let mut left = all.into_iter().filter(|listed| listed.id.as_str() > after).peekable();
    let limit = usize::try_from(limit).ok().filter(|limit| *limit > 0).unwrap_or(usize::MAX);
    let page: Vec<Listed> = left.by_ref().take(limit).collect();
    let last = page.last().map(|listed| listed.id.clone()).filter(|_| left.peek().is_some());
    let results = page.into_iter().map(|Listed { id, name }| Response::Result(Result { id, name }));
    let more = last.map(|id| Response::Continuation(Continuation { continuation_token: id }));
    results.chain(more).map(|response| rpc::ListResponse { response: Some(response) }).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn ids(limit: i64, after: &str) -> (Vec<String>, Option<String>) {
        let all = ["a", "b", "c"].map(|id| Listed { id: id.to_owned(), name: String::new() });
        let mut more = None;
        let ids = listed(all.to_vec(), limit, after).into_iter().filter_map(|answer| match answer.response? {
            Response::Result(one) => Some(one.id),
            Response::Continuation(continuation) => {
                more = Some(continuation.continuation_token);
                None
            }
            Response::Computed(_) => None,
        });
        (ids.collect(), more)
    }

    #[test]
    fn pages_are_cut_and_go_on_after_the_last_id() {
        assert_eq!(ids(0, ""), (vec!["a".into(), "b".into(), "c".into()], None));
        assert_eq!(ids(2, ""), (vec!["a".into(), "b".into()], Some("b".into())));
        assert_eq!(ids(2, "b"), (vec!["c".into()], None));
        assert_eq!(ids(3, ""), (vec!["a".into(), "b".into(), "c".into()], None));
        assert_eq!(ids(2, "bb"), (vec!["c".into()], None), "what it went on after may be gone");
    }
}
