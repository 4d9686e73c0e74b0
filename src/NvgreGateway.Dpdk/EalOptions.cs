namespace NvgreGateway.Dpdk;

/// <summary>How to start EAL.</summary>
public sealed record EalOptions
{
    /// <summary>Keeps several gateways of one machine apart; what EAL leaves in the file system carries it.</summary>
    public required string FilePrefix { get; init; }

    /// <summary>
    /// Processors for EAL's own thread, the main lcore. Empty: all that the process may use, so that the thread floats and disturbs no worker
    /// more than the kernel would.
    /// </summary>
    public IReadOnlyList<int> MainCpus { get; init; } = [];

    /// <summary>Devices that come up with EAL. More can be added by <see cref="Eal.Attach"/>; PCI devices only if one is here.</summary>
    public IReadOnlyList<DeviceName> Devices { get; init; } = [];

    /// <summary>Where the memory comes from.</summary>
    public EalMemory Memory { get; init; } = EalMemory.Auto;

    /// <summary>Megabytes to take at start; 0: 256 of ordinary pages, or from huge pages as they are needed.</summary>
    public int Megabytes { get; init; }

    /// <summary>
    /// Whether nothing is left in the file system, so that a kill -9 leaks no huge page. Off for programs that attach as DPDK secondaries.
    /// </summary>
    public bool InMemory { get; init; } = true;

    /// <summary>More arguments, as DPDK's own programs take them.</summary>
    public IReadOnlyList<string> ExtraArguments { get; init; } = [];
}
