namespace NvgreGateway.Control.Configuration;

/// <summary>Whether hugepages are used; key <c>memory.hugepages</c>.</summary>
public enum HugepageMode
{
    /// <summary>Where enough of them are free.</summary>
    Auto,

    /// <summary>Never: ordinary pages, for machines and containers without hugepages.</summary>
    Off,
}
