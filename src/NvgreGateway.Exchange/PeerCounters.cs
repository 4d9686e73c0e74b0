using System.Runtime.InteropServices;

namespace NvgreGateway.Exchange;

/// <summary>
/// What one worker counts for one peer (a VSID and PA). Three 64-bit counters each: packets, tenant bytes (the untagged inner
/// frame), encapsulated bytes (the outer frame without FCS). The unicast ones share a cache line.
/// </summary>
[StructLayout(LayoutKind.Sequential, Size = 192)]
public unsafe struct PeerCounters
{
    /// <summary>Packets of a triple.</summary>
    public const int Packets = 0;

    /// <summary>Tenant bytes of a triple.</summary>
    public const int TenantBytes = 1;

    /// <summary>Encapsulated bytes of a triple.</summary>
    public const int OuterBytes = 2;

    /// <summary>Sent to the peer, unicast.</summary>
    public fixed ulong TxUnicast[3];

    /// <summary>Received from the peer, unicast.</summary>
    public fixed ulong RxUnicast[3];

    private readonly ulong _pad0;
    private readonly ulong _pad1;

    /// <summary>Sent to the peer: multicast, then broadcast.</summary>
    public fixed ulong TxGroup[6];

    /// <summary>Received from the peer: multicast, then broadcast.</summary>
    public fixed ulong RxGroup[6];
}
