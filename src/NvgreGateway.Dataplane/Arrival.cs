using System.Runtime.InteropServices;
using NvgreGateway.Dpdk;

namespace NvgreGateway.Dataplane;

/// <summary>A received packet on its way to the worker that its flow belongs to.</summary>
/// <param name="packet">The packet, as it was received.</param>
/// <param name="port">Port it came in on.</param>
[StructLayout(LayoutKind.Sequential, Size = 16)]
internal readonly unsafe struct Arrival(Mbuf* packet, uint port)
{
    /// <summary>The packet, as it was received.</summary>
    public readonly Mbuf* Packet = packet;

    /// <summary>Port it came in on.</summary>
    public readonly uint Port = port;
}
