"""What the inputs, the gateway's configuration and the C programs agree on."""
VID, VSID = 100, 5001
LOCAL_PA, LOCAL_PA6 = "172.31.0.1", "fd00:31::1"
UNDERLAY_LOCAL_MAC = "02:00:00:00:aa:01"
