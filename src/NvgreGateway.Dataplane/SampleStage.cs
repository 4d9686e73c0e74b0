using System.Runtime.CompilerServices;
using NvgreGateway.Dpdk;
using NvgreGateway.Exchange;
using NvgreGateway.Packets;

namespace NvgreGateway.Dataplane;

/// <summary>
/// What a worker does with a burst of a port whose flows devices would forward by themselves (<see cref="PortFlags.Sampled"/>): what it does
/// with any other, and between the passes it tells control of one frame in about <see cref="Period"/>, so that control may find the heavy
/// flows (C-122). Outcomes: those of the two paths; a full ring loses the sample.
/// </summary>
internal static unsafe class SampleStage
{
    /// <summary>
    /// Frames for each sample, on average. A flow of 10,000 frames a second is seen ten times a second; a worker at 10 million makes ten
    /// thousand samples, which control works off in some milliseconds.
    /// </summary>
    public const uint Period = 1024;

    private const uint Ports = 4;

    /// <summary>Runs a burst.</summary>
    /// <param name="w">The worker; its burst holds the packets.</param>
    /// <param name="port">The port.</param>
    /// <param name="underlay">Whether it is an underlay port.</param>
    /// <param name="count">How many.</param>
    [MethodImpl(MethodImplOptions.NoInlining | MethodImplOptions.AggressiveOptimization)]
    public static void Run(WorkerContext* w, uint port, bool underlay, uint count)
    {
        uint n = underlay ? UnderlayInput.Run(w, port, w->Burst, count) : AccessInput.Run(w, port, w->Burst, count);
        if (w->SampleIn >= n)
        {
            w->SampleIn -= n;
        }
        else
        {
            Tell(w, w->Work + w->SampleIn, port, underlay);
            w->SampleSeed = (w->SampleSeed * 1_664_525) + 1_013_904_223;
            w->SampleIn = (Period / 2) + (w->SampleSeed >> 16) % Period - Math.Min(n - w->SampleIn, Period / 2);
        }

        if (underlay)
        {
            UnderlayForwarding.Run(w, port, n);
        }
        else
        {
            AccessForwarding.Run(w, port, n);
        }
    }

    // Only whole TCP and UDP packets that no stage has to look at: all else is software's for good.
    private static void Tell(WorkerContext* w, Work* k, uint port, bool underlay)
    {
        if (k->Cast != CastKind.Unicast || k->Family == TenantHeader.NotIp || k->Needed != k->Length)
        {
            return;
        }

        Mbuf* m = k->Packet;
        uint offset = k->Offset + (uint)EthernetHeader.Size;
        byte* l3 = m->Data + offset;
        if (m->DataLen < offset + Ipv4Header.Size || k->Length < EthernetHeader.Size)
        {
            return;
        }

        uint linear = Math.Min(m->DataLen - offset, k->Length - EthernetHeader.Size), length, end;
        byte protocol;
        if (k->Family == TenantHeader.Ipv4)
        {
            length = (*l3 & 15u) * 4;
            end = Wire.Big16(l3 + 2);
            protocol = l3[9];
            if (Wire.Load16(l3 - 2) != Wire.Ipv4 || (Wire.Big16(l3 + 6) & Ipv4Header.FragmentMask) != 0)
            {
                return;
            }
        }
        else
        {
            if (linear < Ipv6Header.Size || Wire.Load16(l3 - 2) != Wire.Ipv6)
            {
                return;
            }

            length = Ipv6Header.Size;
            end = length + Wire.Big16(l3 + 4);
            protocol = l3[6];
        }

        FlowSample* sample;
        if (protocol is not (IpProtocol.Tcp or IpProtocol.Udp) || length + Ports > linear || length + Ports > end || (sample = (FlowSample*)w->Samples.Reserve()) == null)
        {
            return;
        }

        *sample = new FlowSample
        {
            SourceKey = k->SourceKey,
            DestinationKey = k->DestinationKey,
            Crc = underlay ? 0 : k->Crc,
            Place = k->Place,
            Port = (ushort)port,
            Family = k->Family,
            Protocol = protocol,
            Tos = k->Tos,
            SourcePort = (ushort)Wire.Big16(l3 + length),
            DestinationPort = (ushort)Wire.Big16(l3 + length + 2),
        };
        uint address = k->Family == TenantHeader.Ipv4 ? 4u : 16u;
        byte* addresses = l3 + (k->Family == TenantHeader.Ipv4 ? 12 : 8);
        Unsafe.CopyBlockUnaligned(sample->Source, addresses, address);
        Unsafe.CopyBlockUnaligned(sample->Destination, addresses + address, address);
        w->Samples.Publish();
    }
}
