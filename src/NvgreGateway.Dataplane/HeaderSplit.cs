using System.Runtime.CompilerServices;
using NvgreGateway.Dpdk;

namespace NvgreGateway.Dataplane;

/// <summary>
/// Keeps net_vhost from spoiling a large frame. librte_vhost writes the pseudo header's sum of what it is told to cut anew, and leaves
/// the length out of it, as NICs want it; but a guest's kernel that passes the frame on, and cuts it itself, counts back from the length
/// of the whole (as virtio says): every segment would get a wrong checksum. It lets a frame be whose headers do not lie in one buffer,
/// so the transport header begins a second one. Outcome: the packet, of one segment more, or null, then nothing has changed.
/// </summary>
internal static unsafe class HeaderSplit
{
    /// <summary>Splits a frame in front of its transport header; the last thing before it is handed to the device.</summary>
    /// <param name="w">The worker.</param>
    /// <param name="m">The packet, its headers and flags as the device is to get them, its first buffer nobody else's.</param>
    /// <param name="transport">Bytes in front of the transport header, up to <see cref="IPorts.HeadBytes"/>; all of that header lies in the first buffer.</param>
    /// <returns>The packet, or null when there is no buffer.</returns>
    public static Mbuf* Run(WorkerContext* w, Mbuf* m, uint transport)
    {
        PortAccess ports = w->Ports;
        Mbuf* head = transport > IPorts.HeadBytes ? null : ports.AllocateHead();
        if (head == null)
        {
            return null;
        }

        Unsafe.CopyBlockUnaligned(head->Data, m->Data, transport);
        head->OlFlags = m->OlFlags & ~MbufFlags.External; // which is of the room, not of the packet
        head->TxOffload = m->TxOffload;
        head->Port = m->Port;
        head->DataLen = (ushort)transport;
        head->PktLen = m->PktLen;
        head->NbSegs = (ushort)(m->NbSegs + 1);
        head->Next = m;
        m->DataOff += (ushort)transport;
        m->DataLen -= (ushort)transport;
        ports.Inherit(head, m);
        w->Chains = true;
        return head;
    }
}
