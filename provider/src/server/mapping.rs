//! GetMapping and GetMappings: how programs of another ecosystem are converted to this package. It does not depend on the
//! format of a mapping, which the schema compiler writes.

use pulumi_rpc::pulumirpc as rpc;
use tonic::Status;

use crate::embedded;

/// The ecosystem in requests of `pulumi convert --from terraform`.
const ECOSYSTEM: &str = "terraform";
/// The only provider with a mapping: `scaleway/scaleway`.
const PROVIDER: &str = "scaleway";

/// The mapping of the provider, or the empty response if it has none.
pub(super) fn mapping(request: &rpc::GetMappingRequest) -> Result<rpc::GetMappingResponse, Status> {
    // An empty provider means any.
    if request.key != ECOSYSTEM || !(request.provider.is_empty() || request.provider == PROVIDER) {
        return Ok(rpc::GetMappingResponse::default());
    }
    let data = embedded::terraform_mapping().map_err(|error| embedded::damaged("mapping", &error))?.into_bytes();
    Ok(rpc::GetMappingResponse { provider: PROVIDER.to_owned(), data })
}

/// The providers that have a mapping.
pub(super) fn mappings(request: &rpc::GetMappingsRequest) -> rpc::GetMappingsResponse {
    let has_mapping = request.key == ECOSYSTEM;
    rpc::GetMappingsResponse { providers: has_mapping.then(|| PROVIDER.to_owned()).into_iter().collect() }
}
