using System.Globalization;
using NvgreGateway.Control.Configuration;

namespace NvgreGateway.Control;

/// <summary>
/// Which changes a running gateway cannot take: what the data process reads only when it starts, and what the regions are sized
/// and named from. Refused rather than half done: a reload never stops forwarding.
/// </summary>
internal static class RestartCheck
{
    /// <summary>Compares two configurations.</summary>
    /// <param name="running">The one in force.</param>
    /// <param name="next">The one that is to be applied.</param>
    /// <returns>One line for each change that needs a restart, beginning with the JSON path.</returns>
    public static IReadOnlyList<string> Compare(GatewayConfiguration running, GatewayConfiguration next)
    {
        var problems = new List<string>();
        Check("name", running.Name, next.Name);
        Check("fdb.capacity", running.Fdb.Capacity, next.Fdb.Capacity);
        Check("workers.cores", Join(running.Workers.Cores), Join(next.Workers.Cores));
        Check("workers.idle", Name(running.Workers.Idle), Name(next.Workers.Idle));
        Check("workers.burst", running.Workers.Burst, next.Workers.Burst);
        Check("memory.hugepages", Name(running.Memory.Hugepages), Name(next.Memory.Hugepages));
        Check("memory.megabytes", running.Memory.Megabytes, next.Memory.Megabytes);
        Check("metrics.listen", running.Metrics.Listen, next.Metrics.Listen);
        Check("ports", Count(running.Ports.Count), Count(next.Ports.Count));
        for (int i = 0; i < Math.Min(running.Ports.Count, next.Ports.Count); i++)
        {
            PortConfiguration from = running.Ports[i], to = next.Ports[i];
            string path = string.Create(CultureInfo.InvariantCulture, $"ports[{i}]");
            Check(path + ".name", from.Name, to.Name);
            Check(path + ".role", Name(from.Role), Name(to.Role));
            Check(path + ".device", from.Device, to.Device);
            Check(path + ".mac", from.Mac, to.Mac);
            Check(path + ".mtu", from.Mtu, to.Mtu);
            Check(path + ".queues", from.Queues, to.Queues);
        }

        return problems;

        void Check<T>(string path, T from, T to)
        {
            if (!EqualityComparer<T>.Default.Equals(from, to))
            {
                problems.Add(string.Create(CultureInfo.InvariantCulture,
                    $"{path}: {Text(to)}: cannot change while the gateway runs; allowed: {Text(from)} as now, or stop the gateway and start it with this file"));
            }
        }
    }

    private static string Text<T>(T value) => Convert.ToString(value, CultureInfo.InvariantCulture) is { Length: > 0 } text ? text : "none";

    private static string Count(int n) => string.Create(CultureInfo.InvariantCulture, $"{n} ports");

    private static string Join(IEnumerable<int> values) => $"[{string.Join(", ", values)}]";

    private static string Name<T>(T value)
        where T : struct, Enum => value.ToString().ToLowerInvariant();
}
