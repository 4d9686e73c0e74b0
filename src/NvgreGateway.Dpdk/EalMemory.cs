namespace NvgreGateway.Dpdk;

/// <summary>Where EAL takes its memory.</summary>
public enum EalMemory
{
    /// <summary>Huge pages if enough are free for <see cref="EalOptions.Megabytes"/>, else ordinary ones.</summary>
    Auto,
    /// <summary>Huge pages only: needed by NICs, which read and write physical memory.</summary>
    HugePages,
    /// <summary>Ordinary pages.</summary>
    Ordinary,
}
