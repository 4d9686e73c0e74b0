using System.Globalization;

namespace NvgreGateway.Control.Configuration;

/// <summary>What ties the entries of <c>ports[].vsidQueues</c> to their port and to each other.</summary>
/// <param name="configuration">What was read.</param>
/// <param name="context">Takes the errors.</param>
internal sealed class QueueRuleValidator(GatewayConfiguration configuration, ReadContext context)
{
    /// <summary>Reports every error.</summary>
    public void Run()
    {
        for (int i = 0; i < configuration.Ports.Count; i++)
        {
            PortConfiguration port = configuration.Ports[i];
            JsonPath path = JsonPath.Root["ports"][i];
            Dictionary<string, JsonPath> seen = new(StringComparer.Ordinal);
            for (int k = 0; k < port.VsidQueues.Count; k++)
            {
                Check(port, path, path["vsidQueues"][k], port.VsidQueues[k], seen);
            }
        }
    }

    private void Check(PortConfiguration port, JsonPath portPath, JsonPath path, QueueRuleConfiguration rule, Dictionary<string, JsonPath> seen)
    {
        if (!context.Known(path["vsid"]) || !context.Known(path["mac"]))
        {
            return;
        }

        if (rule.Vsid is null == rule.Mac is null)
        {
            context.Reject(path, rule.Vsid is null ? "neither" : "both", "is not one of vsid and mac", "either a VSID or a MAC");
            return;
        }

        if (rule.Vsid is { } vsid && port.Role == PortRole.Access && context.Known(portPath["role"]))
        {
            context.Reject(path["vsid"], Number(vsid), "cannot be matched on an access port, which receives no NVGRE", "a MAC, or an underlay port");
        }

        string key = rule.Vsid is { } id ? Number(id) : $"\"{rule.Mac}\"";
        JsonPath place = path[rule.Vsid is null ? "mac" : "vsid"];
        if (!seen.TryAdd(key, place))
        {
            context.Reject(place, key, $"has queues already, {seen[key]}", "each VSID and each MAC once");
        }

        CheckQueues(port, portPath, path["queues"], rule);
    }

    private void CheckQueues(PortConfiguration port, JsonPath portPath, JsonPath path, QueueRuleConfiguration rule)
    {
        bool sizeKnown = context.Known(portPath["queues"]) && context.Complete(JsonPath.Root["workers"]["cores"]);
        HashSet<int> seen = [];
        for (int k = 0; k < rule.Queues.Count; k++)
        {
            int queue = rule.Queues[k];
            if (!context.Known(path[k]))
            {
                continue;
            }

            if (!seen.Add(queue))
            {
                context.Reject(path[k], Number(queue), "is there twice", "each queue once");
            }
            else if (sizeKnown && queue >= port.Queues)
            {
                context.Reject(path[k], Number(queue), $"is not a queue of the port, which has {Number(port.Queues)}", $"0 to {Number(port.Queues - 1)}");
            }
        }
    }

    private static string Number(int value) => value.ToString(CultureInfo.InvariantCulture);
}
