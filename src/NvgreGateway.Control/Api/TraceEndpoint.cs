using System.Text.Json;
using Microsoft.AspNetCore.Http;
using NvgreGateway.Control.Tracing;

namespace NvgreGateway.Control.Api;

/// <summary>
/// <c>POST /trace</c>: answers with a line of JSON for each packet as its verdict comes, and a <see cref="TraceEnd"/> last. One at a
/// time; it ends with its packets, its time or its client, whichever is first.
/// </summary>
/// <param name="service">The running control plane.</param>
internal sealed class TraceEndpoint(ControlService service)
{
    private static readonly byte[] s_newline = "\n"u8.ToArray();
    private static readonly TimeSpan s_look = TimeSpan.FromMilliseconds(20);
    private int _busy;

    /// <summary>Answers a request.</summary>
    /// <param name="context">The request.</param>
    public async Task HandleAsync(HttpContext context)
    {
        TraceRequest request;
        try
        {
            request = await context.Request.ReadFromJsonAsync(ApiJson.Default.TraceRequest).ConfigureAwait(false) ?? new TraceRequest();
        }
        catch (Exception e) when (e is JsonException or InvalidOperationException)
        {
            await ShowEndpoints.ErrorAsync(context, StatusCodes.Status400BadRequest, "the body is not a trace request: " + e.Message).ConfigureAwait(false);
            return;
        }

        if (Interlocked.CompareExchange(ref _busy, 1, 0) != 0)
        {
            await ShowEndpoints.ErrorAsync(context, StatusCodes.Status409Conflict, "a trace is running already: one at a time").ConfigureAwait(false);
            return;
        }

        try
        {
            string? error = null;
            ulong now = (ulong)(DateTime.UtcNow - DateTime.UnixEpoch).Ticks * 100;
            if (!service.TryUse(p => TraceSession.Begin(p, request, now, out error), out TraceSession? trace))
            {
                await ShowEndpoints.StartingAsync(context).ConfigureAwait(false);
            }
            else if (trace is null)
            {
                await ShowEndpoints.ErrorAsync(context, StatusCodes.Status400BadRequest, error!).ConfigureAwait(false);
            }
            else
            {
                await AnswerAsync(context, request, trace).ConfigureAwait(false);
            }
        }
        finally
        {
            Volatile.Write(ref _busy, 0);
        }
    }

    private async Task AnswerAsync(HttpContext context, TraceRequest request, TraceSession trace)
    {
        var told = new List<TracePacket>();
        int packets = 0;
        bool complete = false;
        CancellationToken gone = context.RequestAborted;
        long begun = Environment.TickCount64;
        try
        {
            context.Response.ContentType = "application/x-ndjson";
            await context.Response.StartAsync(gone).ConfigureAwait(false);
            while (!complete && Environment.TickCount64 - begun < request.TimeoutSeconds * 1000L)
            {
                await Task.Delay(s_look, gone).ConfigureAwait(false);
                service.TryUse(_ => Look(trace, told), out complete);
                packets += await WriteAsync(context, told, gone).ConfigureAwait(false);
            }

            service.TryUse(_ => End(trace, told), out bool _);
            packets += await WriteAsync(context, told, gone).ConfigureAwait(false);
            await WriteLineAsync(context, JsonSerializer.SerializeToUtf8Bytes(new TraceEnd { Packets = packets, Lost = trace.Lost }, ApiJson.Default.TraceEnd), gone).ConfigureAwait(false);
        }
        catch (Exception e) when (e is OperationCanceledException or IOException)
        {
            // Who asked has gone: nobody is told.
        }
        finally
        {
            service.TryUse(_ => End(trace, told), out bool _);
        }
    }

    private static bool Look(TraceSession trace, List<TracePacket> told)
    {
        trace.Read(told.Add);
        return trace.IsComplete;
    }

    private static bool End(TraceSession trace, List<TracePacket> told)
    {
        trace.End(told.Add);
        return true;
    }

    private static async Task<int> WriteAsync(HttpContext context, List<TracePacket> told, CancellationToken gone)
    {
        int count = told.Count;
        foreach (TracePacket packet in told)
        {
            await WriteLineAsync(context, JsonSerializer.SerializeToUtf8Bytes(packet, ApiJson.Default.TracePacket), gone).ConfigureAwait(false);
        }

        told.Clear();
        return count;
    }

    private static async Task WriteLineAsync(HttpContext context, byte[] line, CancellationToken gone)
    {
        await context.Response.Body.WriteAsync(line, gone).ConfigureAwait(false);
        await context.Response.Body.WriteAsync(s_newline, gone).ConfigureAwait(false);
        await context.Response.Body.FlushAsync(gone).ConfigureAwait(false);
    }
}
