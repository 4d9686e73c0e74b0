namespace NvgreGateway.Dpdk;

/// <summary>Flow control by pause frames (IEEE 802.3x) of a port.</summary>
public enum PauseState
{
    /// <summary>The port was not started yet.</summary>
    Unknown,

    /// <summary>The device has no flow control.</summary>
    None,

    /// <summary>Off in both directions.</summary>
    Off,

    /// <summary>The device has it on and refuses to switch it off.</summary>
    On,
}
