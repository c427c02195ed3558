//! Partition schemas, as recorded.

use serde_json::{Value as Json, json};

use super::changed;

fn partition(label: &str, number: u64, size: u64) -> Json {
    json!({ "label": label, "number": number, "size": size, "use_all_available_space": size == 0 })
}

fn default() -> Json {
    json!({
        "disks": [
            { "device": "/dev/nvme0n1", "partitions": [partition("uefi", 1, 5), partition("swap", 2, 4), partition("boot", 3, 5), partition("root", 4, 900)] },
            { "device": "/dev/nvme1n1", "partitions": [partition("swap", 1, 4), partition("boot", 2, 5), partition("root", 3, 900)] },
        ],
        "filesystems": [
            { "device": "/dev/nvme0n1p1", "format": "fat32", "mountpoint": "/boot/efi" },
            { "device": "/dev/md0", "format": "ext4", "mountpoint": "/boot" },
            { "device": "/dev/md1", "format": "ext4", "mountpoint": "/" },
        ],
        "raids": [
            { "devices": ["/dev/nvme0n1p3", "/dev/nvme1n1p2"], "level": "raid_level_1", "name": "/dev/md0" },
            { "devices": ["/dev/nvme0n1p4", "/dev/nvme1n1p3"], "level": "raid_level_1", "name": "/dev/md1" },
        ],
        "zfs": { "pools": [] },
    })
}

#[test]
fn a_schema_without_swap_has_a_partition_for_data_on_all_disks() {
    let system = 20_000_000_000;
    let expected = json!({
        "disks": [
            { "device": "/dev/nvme0n1", "partitions": [partition("uefi", 1, 5), partition("boot", 2, 5), partition("root", 3, system), partition("data", 4, 0)] },
            { "device": "/dev/nvme1n1", "partitions": [partition("boot", 1, 5), partition("root", 2, system), partition("data", 3, 0)] },
        ],
        "filesystems": [
            { "device": "/dev/nvme0n1p1", "format": "fat32", "mountpoint": "/boot/efi" },
            { "device": "/dev/md0", "format": "ext4", "mountpoint": "/boot" },
            { "device": "/dev/md1", "format": "ext4", "mountpoint": "/" },
            { "device": "/dev/md2", "format": "ext4", "mountpoint": "/data" },
        ],
        "raids": [
            { "devices": ["/dev/nvme0n1p2", "/dev/nvme1n1p1"], "level": "raid_level_1", "name": "/dev/md0" },
            { "devices": ["/dev/nvme0n1p3", "/dev/nvme1n1p2"], "level": "raid_level_1", "name": "/dev/md1" },
            { "devices": ["/dev/nvme0n1p4", "/dev/nvme1n1p3"], "level": "raid_level_1", "name": "/dev/md2" },
        ],
        "zfs": { "pools": [] },
    });
    assert_eq!(changed(default(), false, Some("/data")), expected);
}

#[test]
fn a_schema_without_changes_is_the_default() {
    assert_eq!(changed(default(), true, None), default());
}

#[test]
fn the_system_gets_the_space_of_the_swap_partition() {
    let schema = changed(default(), false, None);
    assert_eq!(schema["disks"][0]["partitions"][2], partition("root", 3, 0));
    assert_eq!(schema["raids"][1]["devices"], json!(["/dev/nvme0n1p3", "/dev/nvme1n1p2"]));
    assert_eq!(schema["raids"].as_array().map(Vec::len), Some(2));
}

#[test]
fn a_single_disk_has_no_array_for_data() {
    let disk = json!({
        "disks": [{ "device": "/dev/sda", "partitions": [partition("boot", 1, 5), partition("root", 2, 900)] }],
        "filesystems": [{ "device": "/dev/sda1", "format": "ext4", "mountpoint": "/boot" }],
        "raids": [],
    });
    let schema = changed(disk, true, Some("/home"));
    assert_eq!(schema["filesystems"][1], json!({ "device": "/dev/sda3", "format": "ext4", "mountpoint": "/home" }));
    assert_eq!(schema["raids"], json!([]));
}
