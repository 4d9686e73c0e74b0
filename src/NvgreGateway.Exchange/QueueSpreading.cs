namespace NvgreGateway.Exchange;

/// <summary>The rules of <see cref="QueueSpread"/>.</summary>
public static class QueueSpreading
{
    /// <summary>The driver whose queues are a fan-out of packet sockets.</summary>
    private const string PacketSockets = "net_af_packet";

    /// <summary>What a hash must cover to tell flows apart.</summary>
    public const RssFields Ports = RssFields.Tcp4 | RssFields.Tcp6 | RssFields.Udp4 | RssFields.Udp6;

    /// <summary>Decides.</summary>
    /// <param name="underlay">Whether it is an underlay port.</param>
    /// <param name="workers">Workers.</param>
    /// <param name="queues">Receive queues of the port.</param>
    /// <param name="fields">What the device hashes, as it says itself.</param>
    /// <param name="driver">Driver as DPDK names it.</param>
    /// <returns>Who spreads.</returns>
    public static QueueSpread Decide(bool underlay, int workers, int queues, RssFields fields, string driver)
    {
        if (workers < 2)
        {
            return QueueSpread.OneWorker;
        }

        if (queues < workers)
        {
            return QueueSpread.FewQueues;
        }

        if (driver == PacketSockets)
        {
            return QueueSpread.Kernel;
        }

        // Addresses alone, or one family of them, are no flows.
        bool flows = (fields & Ports) == Ports;
        if (flows && (fields & RssFields.Innermost) != 0)
        {
            return QueueSpread.InnerRss;
        }

        if (flows && !underlay)
        {
            return QueueSpread.PlainRss;
        }

        return fields == RssFields.None ? QueueSpread.NoRss : QueueSpread.OuterRss;
    }

    /// <summary>Whether workers hand received packets to each other.</summary>
    /// <param name="spread">Who spreads.</param>
    /// <returns>Whether they do.</returns>
    public static bool IsSoftware(QueueSpread spread) => spread >= QueueSpread.FewQueues;
}
