namespace NvgreGateway.Control.Configuration;

/// <summary>Where packets live; key <c>memory</c>.</summary>
public sealed record MemoryConfiguration
{
    /// <summary>Whether hugepages are used.</summary>
    public required HugepageMode Hugepages { get; init; }

    /// <summary>Memory for DPDK in MiB; null is what the ports and workers need.</summary>
    public required int? Megabytes { get; init; }
}
