namespace NvgreGateway.Control.Tests.Loop;

/// <summary>Waits for answers where a test polls for a state: nothing else runs on its thread meanwhile.</summary>
internal static class Waiting
{
    public static T Answer<T>(this Task<T> task)
    {
        try
        {
            Assert.True(task.Wait(TimeSpan.FromSeconds(60)), "no answer in 60 s");
            return task.Result;
        }
        catch (AggregateException e)
        {
            throw e.InnerException!;
        }
    }
}
