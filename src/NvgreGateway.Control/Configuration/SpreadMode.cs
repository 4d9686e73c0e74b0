namespace NvgreGateway.Control.Configuration;

/// <summary>Whether workers hand received packets to each other; key <c>workers.spread</c> (C-056).</summary>
public enum SpreadMode
{
    /// <summary>Where a port does not spread them by inner flows.</summary>
    Auto,

    /// <summary>Never.</summary>
    Off,
}
