namespace NvgreGateway.Control.Configuration;

/// <summary>The one switch over all ports; key <c>offload</c>.</summary>
public enum OffloadMode
{
    /// <summary>What each port's own setting says.</summary>
    Auto,

    /// <summary>No port uses any.</summary>
    Off,
}
