using System.Runtime.CompilerServices;
using NvgreGateway.Exchange;

namespace NvgreGateway.Dataplane;

/// <summary>Whether what the FDB says of a destination still holds.</summary>
internal static unsafe class FdbDestination
{
    /// <summary>
    /// Whether a place exists in the snapshot in use and was not flushed since: its flush generation is that of the entry. Records
    /// outlive a flush.
    /// </summary>
    /// <param name="w">The worker.</param>
    /// <param name="found">A word of the FDB.</param>
    /// <returns>Whether it may be used.</returns>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static bool IsCurrent(WorkerContext* w, uint found)
    {
        // An id that is not in use has segment 0 and may still hold a place.
        uint id = found & Place.IdMask, now, segment;
        if ((found & Place.Peer) != 0)
        {
            if (id >= w->PeerCount)
            {
                return false;
            }

            now = w->Peers[id].Place;
            segment = w->Peers[id].Segment;
        }
        else
        {
            if (id >= w->AttachmentCount)
            {
                return false;
            }

            now = w->Attachments[id].Place;
            segment = w->Attachments[id].Segment;
        }

        const uint WhoMask = Place.Peer | Place.IdMask;
        return segment != 0
            && (now == (found & ~Place.Flags) || ((found & Place.Static) != 0 && ((now ^ found) & WhoMask) == 0));
    }
}
