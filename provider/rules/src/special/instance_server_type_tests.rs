//! The response with the fields of the program.

use super::super::decoded;
use super::*;

#[test]
fn groups_of_fields_are_lists_with_one_element() {
    let read = decoded(
        &ServerType,
        &json!({
            "capabilities": { "boot_types": ["local"], "block_storage": true, "max_file_systems": 1 },
            "network": { "sum_internal_bandwidth": 1, "sum_internet_bandwidth": 2 },
            "block_bandwidth": 3,
            "volumes_constraint": { "min_size": 4, "max_size": 5 },
            "per_volume_constraint": { "l_ssd": { "min_size": 6, "max_size": 7 } },
            "scratch_storage_max_size": 8,
        }),
    );
    assert_eq!(read["networks"], json!([{ "internal_bandwidth": 1, "public_bandwidth": 2, "block_bandwidth": 3 }]));
    let volumes = json!([{
        "min_size_total": 4, "max_size_total": 5, "min_size_per_local_volume": 6, "max_size_per_local_volume": 7,
        "scratch_storage_max_size": 8, "block_storage": true,
    }]);
    assert_eq!(read["volumes"], volumes);
    assert_eq!(read["capabilities_list"][0]["max_file_systems"], json!(1));
}
