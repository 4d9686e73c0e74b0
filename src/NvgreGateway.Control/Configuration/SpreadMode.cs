namespace NvgreGateway.Control.Configuration;

/// <summary>Whether workers hand received packets to each other; key <c>workers.spread</c> (C-056).</summary>
public enum SpreadMode
{
    /// <summary>Where a port does not spread them by inner flows, and it is not found to be slower under load.</summary>
    Auto,

    /// <summary>Where a port does not spread them by inner flows, always.</summary>
    Always,

    /// <summary>Never.</summary>
    Off,
}
